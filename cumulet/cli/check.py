"""`cumulet check`: does a use case keep the laws? Nothing needs to be deployed for it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cumulet.adapters import environments
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.terminal import data, print_json, say, step
from cumulet.contracts.errors import ContractError


def check(
    use_case: UseCaseName,
    days: Annotated[int, typer.Option(min=1, help="So many days of the source are looked at, its first ones.")] = 40,
    as_json: AsJson = False,
) -> None:
    """Check a use case against the laws: shape, purity, batch of one, no future, unseen codes, the model file and more.

    Each law that is broken says what is wrong and what to do; the exit code is 2 then.

    Example: cumulet check flights
    """
    environments.enter(use_case, ["cumulet", *sys.argv[1:]])
    from cumulet.rehearsal import laws  # scikit-learn and its converter: seconds that other commands need not pay
    from cumulet.rehearsal.days import read

    with step(f"Reading {use_case}, {days} days at most") as current:
        of = read(use_case, days, current.note)
    report = {laws.name_of(law): laws.broken(law, of) for law in laws.LAWS}
    if as_json:
        print_json(report)
    else:
        for name, problems in report.items():
            data.print(f"[red]✗[/red] {name}" if problems else f"[green]✓[/green] {name}")
            for problem in problems:
                data.print(f"    {problem}", markup=False)
    failed = [name for name, problems in report.items() if problems]
    if failed:
        raise ContractError(f"{use_case} breaks {len(failed)} of {len(report)} laws: {', '.join(failed)}")
    say(f"{use_case} keeps all {len(report)} laws on {len(of.y):,} records")


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(check)
