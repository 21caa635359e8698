"""sample: what a sample of the examples would look like, and what weights would cost, before a training uses them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

import usecases
from cumulet.adapters import examples
from cumulet.cli.options import AsJson, From, To, UseCaseName, required_span
from cumulet.cli.terminal import print_json, print_table, say, step
from cumulet.cli.workspace import Workspace, open_workspace
from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Columns, rows, select
from cumulet.core.sketches import InputSketch
from cumulet.core.tasks import MultiClass, Regression
from cumulet.core.training_data.draws import draws
from cumulet.core.training_data.encoding import Encoding, opaque
from cumulet.core.training_data.shift import by_classifier, by_sketches
from cumulet.core.training_data.strata import strata_of, stratified
from cumulet.core.training_data.weighing import weighed
from cumulet.core.training_data.weights import class_weights, clip, effective_size

LABEL = examples.LABEL


def sample(
    context: typer.Context,
    use_case: UseCaseName,
    first: From = None,
    last: To = None,
    by: Annotated[
        str, typer.Option(help="Columns whose values make the strata, by comma; label is one of them.")
    ] = LABEL,
    maximum: Annotated[int, typer.Option(min=0, help="Rows of the sample; 0: all.")] = 0,
    floor: Annotated[int, typer.Option(min=0, help="Rows that every stratum gives at the least.")] = 0,
    toward: Annotated[str, typer.Option(help="Days to look like, FROM..TO: importance weights toward them.")] = "",
    limit: Annotated[float, typer.Option(min=1, help="Importance weights are cut at so many times their mean.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Show a stratified sample of labelled examples: its strata, class weights, and importance weights.

    Nothing is written: a use case declares what its trainings use (`FitRows`), and what it declares is shown too. The
    effective sample size says what weights cost.

    Example: cumulet sample flights --from 2013-01-01 --to 2013-02-28 --by label,origin --maximum 5000 --floor 500
    """
    given = required_span(first, last)
    later = _span_of(toward) if toward else None
    names = [name.strip() for name in by.split(",") if name.strip()]
    task = usecases.load(use_case).task
    numbers = isinstance(task, Regression)
    if numbers and LABEL in names:
        raise typer.BadParameter(f"--by {LABEL}: {use_case} predicts a number; name columns with few values")
    workspace = open_workspace(use_case, context.obj)
    with step(f"Reading examples of {use_case}, {given[0]} to {given[1]}"):
        columns = workspace.use_case.watch(examples.read(workspace.lake, workspace.use_case, *given))
        columns = select(columns, np.flatnonzero(np.isfinite(columns[LABEL])))
    if not rows(columns):
        raise NotFoundError(f"no record of {use_case} in these days has a label yet; run later nights first")
    absent = [name for name in names if name not in columns]
    if absent:
        raise typer.BadParameter(f"--by {', '.join(absent)}: there is {', '.join(columns)}")
    strata, keys = strata_of([columns[name] for name in names], rows(columns))
    try:
        picked = stratified(draws(columns["id"]), strata, maximum, floor)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    found: dict[str, Any] = {
        "rows": rows(columns),
        "sampled": len(picked),
        "strata": _strata(strata, keys, picked, None if isinstance(task, MultiClass) else columns[LABEL]),
    }
    some = select(columns, picked)
    found["weights"] = [] if numbers else [_plain("classes, balanced", class_weights(some[LABEL]))]
    if (declared := weighed(workspace.use_case.fit_rows.weights, some, some[LABEL])) is not None:
        found["weights"].append(_plain(f"declared: {workspace.use_case.fit_rows.weights.words}", declared))
    if later:
        found["weights"] += _importance(workspace, some, later, limit)
    if as_json:
        print_json(found)
        return
    print_table(f"{len(picked)} of {rows(columns)} labelled examples, by {', '.join(names)}", found["strata"])
    print_table("Weights, in units of the mean", found["weights"])
    say("size: how many unweighted rows say as much. off: the share of all weight that the limit took away")


def _strata(
    strata: NDArray[np.int64], keys: list[str], picked: NDArray[np.int64], label: NDArray[np.float64] | None
) -> list[dict[str, Any]]:
    """One row a stratum; with its mean label where labels have one."""
    sizes, taken = (np.bincount(part, minlength=len(keys)) for part in (strata, strata[picked]))
    table: list[dict[str, Any]] = [
        {"stratum": key or "(missing)", "rows": n, "sampled": m, "share": m / max(len(picked), 1)}
        for key, n, m in zip(keys, sizes.tolist(), taken.tolist(), strict=True)
    ]
    if label is None:
        return table
    means = (np.bincount(strata, label, minlength=len(keys)) / sizes).tolist()
    return [{**row, "mean label": mean} for row, mean in zip(table, means, strict=True)]


def _plain(name: str, weights: NDArray[np.float64]) -> dict[str, Any]:
    return _row(name, weights, 0.0, effective_size(weights))


def _importance(workspace: Workspace, columns: Columns, days: tuple[date, date], limit: float) -> list[dict[str, Any]]:
    """Weights toward other days' records, by a classifier on rows and by sketches of the columns."""
    target = workspace.use_case.watch(examples.read(workspace.lake, workspace.use_case, *days))
    names = [name for name in columns if name not in ("id", LABEL)]
    encoding = Encoding.learn(target, names)
    ratio = by_classifier(encoding.matrix(columns), encoding.matrix(target))
    fields = [name for name in (*workspace.use_case.schema.names, *workspace.use_case.watched) if name != "id"]
    own = {name: columns[name] for name in fields if name not in opaque(columns, fields)}
    raked = by_sketches(own, InputSketch.learn(own).count(target))
    clipped = [(name, clip(weights, limit)) for name, weights in (("classifier", ratio), ("sketches", raked))]
    return [_row(f"toward {days[0]}, by {name}", c.weights, c.mass, c.size, c.size_before) for name, c in clipped]


def _row(
    name: str, weights: NDArray[np.float64], mass: float, size: float, before: float | None = None
) -> dict[str, Any]:
    return {
        "weights": name,
        "smallest": float(weights.min()),
        "largest": float(weights.max()),
        "size": round(size),
        "size unclipped": round(size if before is None else before),
        "off": mass,
    }


def _span_of(text: str) -> tuple[date, date]:
    try:
        first, last = (date.fromisoformat(part) for part in text.split(".."))
    except ValueError:
        raise typer.BadParameter(f"--toward {text}: give two dates, e.g. 2013-03-01..2013-03-14") from None
    if first > last:
        raise typer.BadParameter(f"--toward {text}: {first} is after {last}")
    return first, last


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(sample)
