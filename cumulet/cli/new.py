"""`cumulet new`: a use case from a table, ready to run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cumulet.cli import new_asking
from cumulet.cli.options import AsJson
from cumulet.cli.target import ROOT
from cumulet.cli.terminal import print_json, print_table, say, step

FEW = 300
"""With fewer rows, four folds by time and a night's monitors say little."""


def new(
    name: Annotated[str, typer.Argument(help="Name of the use case: small letters and digits.")],
    source: Annotated[Path, typer.Option("--from", help="The table: CSV with a header line, or Parquet.")],
    label: Annotated[str, typer.Option(help="The column to predict.")] = "",
    task: Annotated[str, typer.Option(help="binary, multiclass or regression; else it follows from the label.")] = "",
    positive: Annotated[str, typer.Option(help="Of two values of the label the one to look out for.")] = "",
    time: Annotated[str, typer.Option(help="The column that says when a row came; none: no calendar.")] = "",
    known_after: Annotated[
        int | None, typer.Option(min=1, help="So many days after its row the label is known; by default 1.")
    ] = None,
    identifier: Annotated[
        str, typer.Option(help="Columns that name somebody, joined with commas: kept as pseudonyms, for erasures.")
    ] = "",
    sensitive: Annotated[str, typer.Option(help="Columns to judge fairness by, joined with commas.")] = "",
    leave_out: Annotated[str, typer.Option(help="Columns not to be used at all, joined with commas.")] = "",
    encoding: Annotated[str, typer.Option(help="How a CSV file is encoded, e.g. cp1252; by default UTF-8.")] = "",
    title: Annotated[str, typer.Option(help="What it is called, for people.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write it as proposed, without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a use case of a table: look at its columns, propose what they are, write usecases/NAME.

    The columns' kinds and ranges, the label, the time column, sensitive and personal columns and baselines are
    proposed; what cannot be known is asked, or given by the options. It works at once: laws, training, serving, nights.

    Example: cumulet new churn --from customers.csv --label churned --time signed_up
    """
    from cumulet.scaffold import (  # Arrow and Jinja: other commands need neither
        profile,
        proposal,
        roles,
        table,
        writing,
    )
    from cumulet.scaffold.plan import Plan

    if task not in ("", "binary", "multiclass", "regression"):
        raise typer.BadParameter(f"--task {task}: there are binary, multiclass and regression")
    with step(f"Looking at {source}"):
        target = writing.free(name, ROOT / "usecases")
        given = table.read(source, encoding=encoding, time=time)
        columns = profile.profile(given)
    asks = sys.stdin.isatty() and not yes
    choices = roles.Choices(
        label=label or new_asking.label(proposal.guess_label(columns), list(columns), asks=asks),
        task=task,  # type: ignore[arg-type] # checked above
        positive=positive,
        time=time,
        identifier=_names(identifier),
        sensitive=_names(sensitive),
        leave_out=_names(leave_out),
    )
    proposed = proposal.propose(columns, choices)
    if asks:
        choices = new_asking.what_is_unsaid(choices, proposed)
        proposed = proposal.propose(columns, choices)
    rows = [
        {
            "column": each.column.name,
            "field": each.column.field,
            "kind": each.column.kind,
            "is": each.role,
            "why": each.why,
            "missing": each.column.missing,
            "distinct": each.column.distinct,
        }
        for each in proposed.columns
    ]
    print_table(f"{source.name}: {len(given):,} rows, a {proposed.task} task", rows, to_talk=True)
    if asks:
        known_after = known_after or new_asking.known_after()
        typer.confirm(f"Write usecases/{name} like this?", default=True, abort=True, err=True)
    what = title or f"{proposed.label.name} of {source.stem}"
    plan = Plan(name, what, source.name, proposed, given, known_after or 1)
    writing.write(plan, ROOT / "usecases")
    if as_json:
        print_json({"folder": str(target), "task": proposed.task, "columns": rows})
    if len(given) < FEW:
        say(f"{len(given)} rows are few: a model of them is likely to be refused, or to say little")
    say(f"usecases/{target.name} is there: read its README.md, then `cumulet check {name}`, `cumulet demo {name}`")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(new)
