"""data day, correct, accept, dependents, schema: what an operator does with the days of a use case."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import usecases
from cumulet.adapters.days import Days
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.terminal import print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import JobError, NotFoundError
from cumulet.contracts.events import Ingested
from cumulet.core.glue import tables

data = typer.Typer()
TheDay = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The logical date.", metavar="DATE")]


def _days(workspace: Workspace) -> Days:
    return Days(workspace.lake, workspace.name)


@data.command("day")
def show_day(
    context: typer.Context,
    use_case: UseCaseName,
    day: TheDay,
    page: Annotated[Path | None, typer.Option(help="Write the page that shows why it was set aside.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a day: what it has committed, and why it was set aside.

    Example: cumulet data day flights 2013-05-01 --page day.html
    """
    days = _days(open_workspace(use_case, context.obj))
    manifest, verdict = days.manifest(day.date()), days.set_aside(day.date())
    if manifest is None and verdict is None:
        raise NotFoundError(f"{use_case} {day.date()} was never ingested: `cumulet load {use_case} --from … --to …`")
    if page:
        page.write_bytes(days.page(day.date()))
    if as_json:
        print_json({"committed": manifest and asdict(manifest), "set_aside": verdict and asdict(verdict)})
        return
    if manifest:
        print_table(f"{day.date()}, committed", [{"table": name, **n} for name, n in manifest.tables.items()])
        for name, columns in manifest.ignored.items():
            say(f"  ignored of {name or 'raw'}: {escape(', '.join(columns))}")
        if manifest.accepted:
            say(f"  accepted although it breaks expectations: {escape(manifest.accepted)}")
    if verdict:
        print_table(f"{day.date()}, set aside", [{"table": name, **n} for name, n in verdict.tables.items()])
        for finding in verdict.findings:
            mark = "[red]stops[/red]" if finding["stops"] else "[yellow]warns[/yellow]"
            say(f"  {mark} {escape(str(finding['message']))}")


@data.command("accept")
def accept_day(
    context: typer.Context,
    use_case: UseCaseName,
    day: TheDay,
    reason: Annotated[str, typer.Option(help="Why the day may be used as it is; kept in its manifest.")],
    as_json: AsJson = False,
) -> None:
    """Accept a day that was set aside, exactly as it was handed over, and ingest it.

    Example: cumulet data accept flights 2013-05-01 --reason "the airport was closed"
    """
    workspace = open_workspace(use_case, context.obj)
    verdict = _days(workspace).accept(day.date(), reason)
    with step(f"Ingesting {use_case} {day.date()}"):
        answer = workspace.nights.ingest_again(day.date())
    for overruled in verdict.reasons:
        say(f"  accepted: {escape(overruled)}")
    _tell(use_case, answer, as_json)


@data.command("correct")
def correct_day(
    context: typer.Context,
    use_case: UseCaseName,
    day: TheDay,
    table: Annotated[str, typer.Argument(help="records, outcomes, or a side table.", metavar="TABLE")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON Lines or Parquet.")],
    whole: Annotated[bool, typer.Option(help="It is the whole table: what came before no longer counts.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hand over late or corrected rows of a day, ingest it again, and say what was made from it before.

    Rows replace those with the same key. What was made from the day is not made again by itself.

    Example: cumulet data correct flights 2013-05-01 records corrected.csv
    """
    workspace = open_workspace(use_case, context.obj)
    known = ("records", "outcomes", *workspace.use_case.side_tables)
    if table not in known:
        raise typer.BadParameter(f"{table}: {use_case} has {', '.join(known)}")
    days = _days(workspace)
    key = days.correct(day.date(), table, file.read_bytes(), whole=whole)
    say(f"  handed over: {key}")
    with step(f"Ingesting {use_case} {day.date()}"):
        answer = workspace.nights.ingest_again(day.date())
    _tell(use_case, answer, as_json)
    if not as_json and days.manifest(day.date()):
        _print_dependents(workspace, day)


@data.command("dependents")
def show_dependents(context: typer.Context, use_case: UseCaseName, day: TheDay, as_json: AsJson = False) -> None:
    """Show what was made from a day: features and predictions of nights, snapshots, models; outdated ones are marked.

    Example: cumulet data dependents flights 2013-05-01
    """
    workspace = open_workspace(use_case, context.obj)
    if as_json:
        print_json([asdict(each) for each in _found(workspace, day)])
    else:
        _print_dependents(workspace, day)


@data.command("schema")
def show_schema(
    use_case: UseCaseName,
    glue: Annotated[bool, typer.Option("--glue", help="The tables that Athena sees: columns and types.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the tables of a use case as a page: fields, kinds, ranges, units, and what is expected of a day.

    Example: cumulet data schema flights > docs/data/flights.md
    """
    from cumulet.reports import schema_page  # its module is of no use to other commands

    declared = usecases.load(use_case)
    if as_json:
        print_json(tables(declared) if glue else schema_page.tables(declared))
    elif glue:
        found = tables(declared).items()
        rows = [
            {"table": table, "column": name, "type": kind} for table, kinds in found for name, kind in kinds.items()
        ]
        print_table(f"Tables of {use_case} in Athena", rows)
    else:
        typer.echo(schema_page.markdown(declared), nl=False)


def _found(workspace: Workspace, day: datetime) -> list[Any]:
    back = workspace.use_case.context.nights
    return _days(workspace).dependents(day.date(), back, workspace.registry)


def _print_dependents(workspace: Workspace, day: datetime) -> None:
    rows = [asdict(each) for each in _found(workspace, day)]
    if not rows:
        say(f"nothing was made from {day.date()} yet")
        return
    print_table(f"Made from {day.date()}", rows)
    if any(row["kind"] in ("features", "predictions") for row in rows):
        say(f"make again: `cumulet night {workspace.name} --date …`, `cumulet train {workspace.name}`")


def _tell(use_case: str, answer: Ingested, as_json: bool) -> None:
    if as_json:
        print_json(answer.to_json())
    else:
        print_table("Ingested", [{name: n for name, n in answer.to_json().items() if name != "set_aside"}])
    if answer.set_aside:
        raise JobError(f"{answer.date} is set aside: {answer.set_aside}; `cumulet data day {use_case} {answer.date}`")
