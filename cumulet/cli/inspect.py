"""predict and drift: ask the live model, and look at what the nights measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cumulet.adapters.sketches import SketchReader
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.terminal import print_json, print_table, say
from cumulet.cli.workspace import open_workspace
from cumulet.contracts.errors import SchemaError, UnavailableError

LIKELIEST = 3
"""Classes of an answer that the table has room for; --json has all."""


def predict(
    context: typer.Context,
    use_case: UseCaseName,
    record: Annotated[
        str | None, typer.Option(help="One record, or a list of them, as JSON; - reads standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A JSON file of records.")] = None,
    as_json: AsJson = False,
) -> None:
    """Predict over HTTP, with the API key; without a record, the use case's example is sent.

    Example: cumulet predict flights --record '{"carrier": "UA", ...}'
    """
    workspace = open_workspace(use_case, context.obj)
    given = _records(record, file)
    records = workspace.use_case.example if given is None else given
    answer = workspace.api.predict(records)
    if as_json:
        print_json(answer)
        return
    rows = answer.get("predictions", [answer])
    print_table("Predictions", [_short(row) for row in rows])
    say("")
    print(workspace.api.curl(records))


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """An answer for people: of several classes the likeliest."""
    if "probabilities" not in row:
        return row
    likeliest = sorted(row["probabilities"].items(), key=lambda each: -each[1])[:LIKELIEST]
    return {**row, "probabilities": ", ".join(f"{name} {p:.3f}" for name, p in likeliest)}


def _records(record: str | None, file: Path | None) -> Any:
    if record is None and file is None:
        return None
    if record is not None and file is not None:
        raise typer.BadParameter("give --record or --file, not both")
    text = file.read_text() if file else sys.stdin.read() if record == "-" else record
    try:
        return json.loads(text or "")
    except ValueError as error:
        raise SchemaError(f"the record is not JSON: {error}; see `cumulet predict --help` for an example") from error


def drift(
    context: typer.Context,
    use_case: UseCaseName,
    window: Annotated[int, typer.Option(min=1, max=90, help="The last nights that are merged.")] = 14,
    as_json: AsJson = False,
) -> None:
    """Show how far the inputs of the last nights are from the champion's training data, feature by feature.

    PSI below 0.1 is stable, above 0.25 shifted. Raw input drift explains; the alarms are on performance.

    Example: cumulet drift flights --window 7
    """
    workspace = open_workspace(use_case, context.obj)
    model = workspace.champion.model()
    if not model:
        raise UnavailableError(f"no model of {use_case} is live: `cumulet train {use_case}`")
    reader = SketchReader(workspace.lake, workspace.name, workspace.use_case.task)
    reference = workspace.registry.find(model).artifact_uri
    rows = reader.drift(model, reference, window)
    if as_json:
        print_json(rows)
    elif rows:
        print_table(
            f"Drift of {use_case} against model {model}'s training data, at most the last {window} nights", rows
        )
        say(
            "psi below 0.1 is stable, above 0.25 shifted; seasons shift inputs every month, which is why no alarm is on"
        )
        say("drift: look at gap and skill of `cumulet night`")
    else:
        say(f"model {model} has scored no night yet: `cumulet night {use_case} --from … --to …`")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    for command in (predict, drift):
        app.command()(command)
