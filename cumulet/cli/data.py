"""data: what an operator does with days and snapshots, and with what the lake forgets."""

from __future__ import annotations

import typer

from cumulet.cli import days, erase
from cumulet.cli.data_diff import diff_snapshots
from cumulet.cli.rebuild import rebuild_snapshot
from cumulet.cli.snapshots import list_snapshots, show_snapshot

data = typer.Typer(help="The data: days, and the snapshots that models are trained on.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands on snapshots, on days, and on what the lake forgets."""
    for name, command in (
        ("list", list_snapshots),
        ("show", show_snapshot),
        ("diff", diff_snapshots),
        ("rebuild", rebuild_snapshot),
    ):
        data.command(name)(command)
    data.add_typer(days.data)
    data.add_typer(erase.group)
    app.add_typer(data, name="data")
