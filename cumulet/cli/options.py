"""Arguments and options that several commands share, each spelt once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

UseCaseName = Annotated[str, typer.Argument(help="The use case, a folder of usecases/.", metavar="USE_CASE")]
SnapshotId = Annotated[str, typer.Argument(help="The snapshot's id, or enough of its first characters.", metavar="ID")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for programs.")]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="One night: its logical date.")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First logical date.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last logical date, included.")]
ShiftName = Annotated[
    str,
    typer.Option(
        "--shift",
        envvar="CUMULET_SHIFT",
        help="Shift the source's days: a TOML file, or the name of one (`cumulet shift list`).",
    ),
]


def span(first: datetime | None, last: datetime | None, day: datetime | None = None) -> tuple[date, date] | None:
    """The dates meant by --date, or by --from with --to; None where none is given. Refuses half a span."""
    if day and (first or last):
        raise typer.BadParameter("give --date, or --from with --to, not both")
    if day:
        return day.date(), day.date()
    if bool(first) != bool(last):
        raise typer.BadParameter("--from and --to go together, e.g. --from 2013-04-01 --to 2013-04-07")
    if first and last and first > last:
        raise typer.BadParameter(f"--from {first.date()} is after --to {last.date()}")
    return (first.date(), last.date()) if first and last else None


def required_span(first: datetime | None, last: datetime | None) -> tuple[date, date]:
    """The dates meant by --from with --to, which must be there."""
    found = span(first, last)
    if found is None:
        raise typer.BadParameter("give --from and --to")
    return found
