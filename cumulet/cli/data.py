"""data: the days of the lake, and the snapshots that models are trained on."""

from __future__ import annotations

import typer

data = typer.Typer(help="The data: days and snapshots.", no_args_is_help=True)
