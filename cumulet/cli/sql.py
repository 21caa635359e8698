"""`cumulet sql`: ask the lake's tables through Athena."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cumulet.adapters import stacks
from cumulet.adapters.athena import Answer, Athena
from cumulet.cli.options import AsJson
from cumulet.cli.target import connect
from cumulet.cli.terminal import print_json, print_table, say, step
from cumulet.core.query_price import DOLLARS_PER_TB, LEAST_MB, query_price

SHOWN = 100
"""Rows of a table, where --limit says nothing."""

EXAMPLE = "SELECT dt, count(*) AS records FROM {table} GROUP BY dt ORDER BY dt DESC LIMIT 5"
INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""


def sql(
    context: typer.Context,
    query: Annotated[str | None, typer.Argument(help="The query; - reads standard input.", metavar="QUERY")] = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the query.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows at most; a table shows 100 unless it says so.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV on stdout, all rows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the lake's tables in SQL, through Athena; without a query, list the tables with their columns.

    Name the partition (dt, known, model) in WHERE: a query costs what it reads. The table of predictions needs a model.

    Example: cumulet sql "SELECT dt, count(*) AS flights FROM flights_curated WHERE dt >= '2013-01-01' GROUP BY dt"
    """
    if as_csv and as_json:
        raise typer.BadParameter("give --csv or --json, not both")
    text = _text(query, file)
    connect(context.obj)
    deployed = stacks.foundation()
    athena = Athena(deployed.athena_workgroup, deployed.glue_database)
    if text is None:
        _print_tables(athena, as_json)
        return
    answer = _ask(athena, text, limit or (sys.maxsize - 1 if as_csv or as_json else SHOWN))
    _print(answer, as_csv=as_csv, as_json=as_json)
    say(f"[dim]{_bill(answer)}[/dim]")


def _text(query: str | None, file: Path | None) -> str | None:
    if query is not None and file is not None:
        raise typer.BadParameter("give a query or --file, not both")
    return file.read_text(encoding="utf-8") if file else sys.stdin.read() if query == "-" else query


def _ask(athena: Athena, text: str, limit: int) -> Answer:
    try:
        with step("Asking Athena") as current:
            return athena.ask(text, limit=limit, progress=current.note)
    except KeyboardInterrupt:
        say("the query was stopped")
        raise typer.Exit(INTERRUPTED) from None


def _print(answer: Answer, *, as_csv: bool, as_json: bool) -> None:
    names = _distinct(answer.columns)
    rows = [dict(zip(names, row, strict=True)) for row in answer.rows]
    if as_json:
        print_json(rows)
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([answer.columns, *answer.rows])
    else:
        print_table("", rows, columns=names)
    if not answer.whole:
        say(f"the first {len(rows)} rows; --limit gives more, --csv and --json all")


def _distinct(columns: Sequence[str]) -> list[str]:
    """The names of columns, one that comes again with its number: id, id (2)."""
    seen: dict[str, int] = {}
    found = []
    for name in columns:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _bill(answer: Answer) -> str:
    took = f"{len(answer.rows)} rows, {answer.seconds:.2f} s"
    if not answer.billed:
        return f"{took}, free of charge on AWS"
    read = f"{answer.bytes_scanned / 1e6:.2f} MB read"
    price = f"${query_price(answer.bytes_scanned):.5f} at AWS's list price"
    return f"{took}, {read}: {price} (${DOLLARS_PER_TB:.0f} a TB, {LEAST_MB} MB at least)"


def _print_tables(athena: Athena, as_json: bool) -> None:
    tables = athena.tables()
    if as_json:
        print_json(tables)
        return
    rows: list[dict[str, Any]] = [
        {"table": name, "columns": ", ".join(f"{column} {kind}" for column, kind in columns.items())}
        for name, columns in sorted(tables.items())
    ]
    print_table("Tables", rows)
    curated = next((name for name in sorted(tables) if name.endswith("_curated")), "")
    if curated:
        say(f'for example: cumulet sql "{EXAMPLE.format(table=curated)}"')
    else:
        say("no use case is deployed: `cumulet deploy`")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(sql)
