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
from cumulet.core.simulator.declaration import Shift, read
from cumulet.core.simulator.originals import Days
from cumulet.core.tasks import MEAN
from cumulet.core.usecase import UseCase
from cumulet.reports import shift as page

BEFORE, AFTER = timedelta(days=10), timedelta(days=25)
"""Without dates, so many days around the shift's first one are looked at."""

app = typer.Typer(help="Drift, late labels and broken days on purpose: look at a shift.", no_args_is_help=True)


@app.command("list")
def list_(use_case: UseCaseName, as_json: AsJson = False) -> None:
    """List the shifts that can be named: those that a use case brings, and those that fit any.

    Example: cumulet shift list flights
    """
    found = usecases.load(use_case)
    rows = []
    for name, text in shifts.texts(found).items():
        shift = read(text, found)
        knobs = ", ".join(dict.fromkeys(knob.kind for knob in shift.knobs))
        rows.append({"shift": name, "knobs": knobs, "from": str(shift.start), "title": shift.title})
    if as_json:
        print_json(rows)
        return
    print_table(f"Shifts of {use_case}", rows)
    say("to change one, or write your own: docs/training-data.md")


@app.command()
def show(
    use_case: UseCaseName,
    shift: Annotated[str, typer.Argument(help="A TOML file, or a name that `cumulet shift list` shows.")],
    first: From = None,
    last: To = None,
    page_file: Annotated[
        Path | None, typer.Option("--page", help="Where the page goes; by default in .cumulet/.")
    ] = None,
    toml: Annotated[bool, typer.Option("--toml", help="Only print it as TOML, to change and use as a file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a shift does: records, labels and columns of the source's days beside the shifted ones, and a page.

    The days are those of `cumulet load`, `night` and `simulate` with --shift; raw days that the lake has already stay.

    Example: cumulet shift show flights long_haul --from 2013-04-20 --to 2013-05-31
    """
    found = usecases.load(use_case)
    if toml:
        typer.echo(shifts.text(found, shift), nl=False)
        return
    asked = shifts.load(found, shift)
    source = usecases.source(use_case)
    around = max(asked.start - BEFORE, source.first_day), min(asked.start + AFTER, source.last_day)
    begin, end = span(first, last) or around
    with step(f"Days of {use_case}, {begin} to {end}, with and without the shift"):
        compared_ = compared(source, found, asked, begin, end)
    folder = STATE / "reports"
    target = page_file or folder / f"shift-{use_case}-{Path(shift).stem}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.render(use_case, asked, compared_), encoding="utf-8")
    if as_json:
        print_json(compared_)
    else:
        pairs = zip(compared_["before"], compared_["after"], strict=True)
        columns = (
            "date",
            "records",
            "refused",
            "labels",
            *([MEAN, f"{MEAN} before"] if MEAN in compared_["before"][0] else []),
        )
        rows = [{**b, f"{MEAN} before": a.get(MEAN)} for a, b in pairs]
        print_table(asked.title or "Shifted days", rows, columns=columns)
        print_table(f"Columns since {compared_['since']}", compared_["columns"][:8])
    say(f"page  {target}")


def compared(source: Days, use_case: UseCase, shift: Shift, first: date, last: date) -> dict[str, Any]:
    """The source's days and the shifted ones in figures; columns since the shift's first day."""
    wanted = nights(first, last)
    own, after = (see(each, use_case, wanted) for each in (source, shifts.shifted(source, use_case, shift)))
    since = min(max(shift.start, first), last)
    return {
        "since": str(since),
        "before": by_day(own, use_case),
        "after": by_day(after, use_case),
        "columns": moved(own, after, since, use_case),
    }


def add_to(root: typer.Typer) -> None:
    """Register the commands of this file."""
    root.add_typer(app, name="shift")
