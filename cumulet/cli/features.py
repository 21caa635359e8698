"""features backfill: a feature that was declared today, over the past."""

from __future__ import annotations

from collections import Counter

import typer

from cumulet.adapters.online import OnlineStore
from cumulet.cli.options import AsJson, From, To, UseCaseName, required_span
from cumulet.cli.terminal import Board, print_json, print_table, say
from cumulet.cli.workspace import open_workspace
from cumulet.core.cutoff import nights
from cumulet.offline import backfill as past

features = typer.Typer(help="Context features: compute them anew for past nights.", no_args_is_help=True)


@features.command("backfill")
def backfill(
    context: typer.Context, use_case: UseCaseName, first: From = None, last: To = None, as_json: AsJson = False
) -> None:
    """Compute the features of past nights anew, as declared now and as known at each night's own cut-off.

    For after a feature was added or changed in usecases/…/context.py. A span that was interrupted is begun again: what
    is as it should be is not written twice. Predictions of past nights stay what they were.

    Example: cumulet features backfill flights --from 2013-04-01 --to 2013-04-30
    """
    given = required_span(first, last)
    workspace = open_workspace(use_case, context.obj)
    store = OnlineStore(workspace.outputs.online_table)
    done: list[past.Backfilled] = []
    with Board(f"Features of {use_case}", len(nights(*given))) as board:
        for night in past.backfill(workspace.lake, store, workspace.use_case, *given):
            done.append(night)
            board.advance(f"{night.date} · {night.records} records · {night.state}")
    if as_json:
        print_json([vars(night) for night in done])
        return
    states = Counter(night.state for night in done)
    online = next((str(night.date) for night in done if night.online), "none of these nights")
    print_table("Backfilled", [{"nights": len(done), **states, "now online": online}])
    if states[past.ABSENT] == len(done):
        say(f"[yellow]none of these days is in the lake: `cumulet load {use_case} --from … --to …`[/yellow]")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.add_typer(features, name="features")
