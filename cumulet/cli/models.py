"""model list, show, release, rollback."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cumulet.adapters.evaluations import evaluation_of
from cumulet.adapters.registry import Package, version_of
from cumulet.adapters.versions import Versions
from cumulet.cli.options import AsJson, UseCaseName
from cumulet.cli.terminal import data, print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import GateError

Version = Annotated[str, typer.Argument(help="The model's version, as `cumulet model list` shows it.")]
models = typer.Typer(help="The registry: list, show, release and roll back models.", no_args_is_help=True)


def model_rows(workspace: Workspace) -> list[dict[str, Any]]:
    """The registered models, newest first, one row each."""
    live = workspace.champion.package()
    return [_row(package, live) for package in workspace.registry.list()]


def compared_columns(workspace: Workspace) -> tuple[str, ...]:
    """The columns of a table of models that were compared."""
    return ("model", "role", "rows", *workspace.use_case.task.compared)


def _row(package: Package, live: str) -> dict[str, Any]:
    return {
        "version": package.version,
        "status": package.status,
        "live": "●" if package.arn == live else "",
        "trained until": package.metadata.get("cut_off", ""),
        "dataset": package.metadata.get("dataset_id", ""),
        "created": f"{package.created:%Y-%m-%d %H:%M}",
    }


@models.command("list")
def list_models(context: typer.Context, use_case: UseCaseName, as_json: AsJson = False) -> None:
    """List the registered models, newest first.

    Example: cumulet model list flights
    """
    rows = model_rows(open_workspace(use_case, context.obj))
    if as_json:
        print_json(rows)
    elif rows:
        print_table(f"Models of {use_case}", rows)
    else:
        say(f"no model yet: `cumulet train {use_case}`")


@models.command("show")
def show_model(context: typer.Context, use_case: UseCaseName, version: Version, as_json: AsJson = False) -> None:
    """Show a model's evaluation: baselines against candidate, the gate's verdict, slices.

    Example: cumulet model show flights 1
    """
    workspace = open_workspace(use_case, context.obj)
    evaluation = evaluation_of(workspace.registry.find(version))
    if as_json:
        print_json(evaluation)
        return
    print_table(f"Model {version}: {evaluation['status']}", evaluation["models"], columns=compared_columns(workspace))
    for reason in evaluation["reasons"]:
        data.print(f"gate: {reason}", markup=False)
    slices = [
        {"slice": f"{field}={value}", **figures}
        for field, values in evaluation["evaluation"]["slices"].items()
        for value, figures in values.items()
    ]
    if slices:
        print_table("Slices", slices, columns=("slice", "rows", *workspace.use_case.task.sliced))


@models.command("release")
def release_model(context: typer.Context, use_case: UseCaseName, version: Version) -> None:
    """Release a model: approve it where it waits for that, publish it, replay its golden records, move the alias.

    Example: cumulet model release flights 2
    """
    workspace = open_workspace(use_case, context.obj)
    package = workspace.registry.find(version)
    if package.status == "Rejected":
        raise GateError(f"model {version} was rejected by the gate: `cumulet model show {use_case} {version}` says why")
    with step(f"Releasing model {version}") as current:
        workspace.trainings.release_package(package, current.note)
    say(f"  live: model {workspace.champion.model() or 'none'}")


@models.command("rollback")
def roll_back(context: typer.Context, use_case: UseCaseName) -> None:
    """Move the alias back to the model that was live before: one call, no build.

    Example: cumulet model rollback flights
    """
    workspace = open_workspace(use_case, context.obj)
    with step("Rolling back"):
        before, after = Versions(workspace.outputs.predict_function).roll_back()
    say(f"  live: model {version_of(after)} (was {version_of(before)})")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.add_typer(models, name="model")
