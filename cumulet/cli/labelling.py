"""What the commands of `cumulet label` share: examples of a span, and the folder of their files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import usecases
from cumulet.adapters import answers, examples
from cumulet.cli.options import required_span
from cumulet.cli.target import STATE
from cumulet.cli.terminal import step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.core.schema import Columns, rows, select
from cumulet.core.training_data import questions
from cumulet.core.training_data.labelling import Labelling

LABEL = examples.LABEL
Out = Annotated[Path | None, typer.Option(help="Where the file goes; by default in .cumulet/labelling/.")]
Everything = Annotated[bool, typer.Option("--all", help="Also records whose label is known.")]


def require_rules(use_case: str) -> None:
    """Raise NotFoundError when the use case has no labelling function."""
    if not usecases.labelling(use_case).functions:
        raise NotFoundError(
            f"{use_case} has no labelling function: write usecases/{use_case}/labelling.py with LABELLING, a "
            "cumulet.core.training_data.labelling.Labelling with the classes by position and functions that vote; "
            "flights has an example. `cumulet label ask` needs none"
        )


def read_examples(context: typer.Context, use_case: str, first: Any, last: Any) -> tuple[Workspace, Labelling, Columns]:
    """The workspace, how the use case is labelled, and the examples of a span with what is watched of them."""
    given = required_span(first, last)
    labelling = usecases.labelling(use_case)
    workspace = open_workspace(use_case, context.obj)
    with step(f"Reading examples of {use_case}, {given[0]} to {given[1]}"):
        columns = examples.read(workspace.lake, workspace.use_case, *given)
        return workspace, labelling, workspace.use_case.watch(columns)


def replace(workspace: Workspace, file: Path, text: str) -> None:
    """Write a file of questions. Raises ContractError when it holds answers that nobody took in."""
    if file.exists():
        taken = answers.read(workspace.lake, workspace.name)
        filled = questions.filled(file.read_text(encoding="utf-8"))
        left = filled - set(taken["id"].tolist() if taken else ())
        if left:
            raise ContractError(
                f"{file} has {len(left)} answers that would be lost: take them in with `cumulet label answer "
                f"{workspace.name} {file} --from … --to …`, or write elsewhere with --out"
            )
    whole(file, text)


def whole(file: Path, text: str) -> None:
    """Write a file whole or not at all: whoever is killed meanwhile leaves the one of before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def unlabelled(columns: Columns, use_case: str) -> Columns:
    """The examples without a label. Raises NotFoundError when there are none."""
    found = select(columns, np.flatnonzero(np.isnan(columns[LABEL])))
    if not rows(found):
        raise NotFoundError(f"every record of {use_case} in these days has a label; give other days, or --all")
    return found


def days_of(workspace: Workspace, columns: Columns) -> list[date]:
    """The days of the examples."""
    return list(np.unique(workspace.use_case.days(columns)).tolist())


def folder(use_case: str) -> Path:
    """Where the files of a use case go unless told otherwise."""
    found = STATE / "labelling" / use_case
    found.mkdir(parents=True, exist_ok=True)
    return found
