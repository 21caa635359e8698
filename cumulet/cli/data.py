"""data: the group of commands about the data in the lake."""

from __future__ import annotations

import typer

data = typer.Typer(help="The data in the lake.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the group; other files add their commands to it."""
    app.add_typer(data, name="data")
