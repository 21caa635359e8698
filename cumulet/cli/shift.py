"""shift: look at what a shift does to the days of a source, before any night sees them. No cloud is needed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

import usecases
from cumulet.cli import shifts
from cumulet.cli.options import AsJson, From, To, UseCaseName, span
from cumulet.cli.target import STATE
from cumulet.cli.terminal import print_json, print_table, say, step
from cumulet.core.cutoff import nights
from cumulet.core.simulator.comparison import by_day, moved, see
from cumulet.core.simulator.declaration import Shift
from cumulet.core.usecase import UseCase
from cumulet.reports import shift as page

BEFORE, AFTER = timedelta(days=10), timedelta(days=25)
"""Without dates, so many days around the shift's first one are looked at."""

app = typer.Typer(help="Drift, late labels and broken days on purpose: look at a shift.", no_args_is_help=True)


@app.command("list")
def list_(use_case: UseCaseName, as_json: AsJson = False) -> None:
    """List the shifts that a use case brings.

    Example: cumulet shift list flights
    """
    found = usecases.load(use_case)
    rows = []
    for name in shifts.names(use_case):
        shift = shifts.load(found, name)
        rows.append({"shift": name, "knobs": ", ".join(knob.kind for knob in shift.knobs), "title": shift.title})
    print_json(rows) if as_json else print_table(f"Shifts of {use_case}", rows)
    if not rows:
        say(f"{use_case} brings none: write one in usecases/{use_case}/shifts/, as docs/training-data.md has it")


@app.command()
def show(
    use_case: UseCaseName,
    shift: Annotated[str, typer.Argument(help="A TOML file, or the name of one in usecases/USE_CASE/shifts/.")],
    first: From = None,
    last: To = None,
    page_file: Annotated[
        Path | None, typer.Option("--page", help="Where the page goes; by default in .cumulet/.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a shift does: records, labels and columns of the source's days beside the shifted ones, and a page.

    The days are those of `cumulet load`, `night` and `simulate` with --shift; raw days that the lake has already stay.

    Example: cumulet shift show flights long_haul --from 2013-04-20 --to 2013-05-31
    """
    found = usecases.load(use_case)
    asked = shifts.load(found, shift)
    begin, end = span(first, last) or (asked.start - BEFORE, asked.start + AFTER)
    with step(f"Days of {use_case}, {begin} to {end}, with and without the shift"):
        compared_ = compared(found, asked, begin, end)
    folder = STATE / "reports"
    target = page_file or folder / f"shift-{use_case}-{Path(shift).stem}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.render(use_case, asked, compared_), encoding="utf-8")
    if as_json:
        print_json(compared_)
    else:
        pairs = zip(compared_["before"], compared_["after"], strict=True)
        rows = [{"date": a["date"], **{k: b[k] for k in b if k != "date"}, "rate before": a["rate"]} for a, b in pairs]
        print_table(asked.title or "Shifted days", rows)
        print_table(f"Columns since {compared_['since']}", compared_["columns"][:8])
    say(f"page  {target}")


def compared(use_case: UseCase, shift: Shift, first: date, last: date) -> dict[str, Any]:
    """The source's days and the shifted ones in figures; columns since the shift's first day."""
    source, wanted = usecases.source(use_case.name), nights(first, last)
    own, after = (see(each, use_case, wanted) for each in (source, shifts.shifted(source, use_case, shift)))
    since = min(max(shift.start, first), last)
    return {
        "since": str(since),
        "before": by_day(own, use_case),
        "after": by_day(after, use_case),
        "columns": moved(own, after, since),
    }


def add_to(root: typer.Typer) -> None:
    """Register the commands of this file."""
    root.add_typer(app, name="shift")
