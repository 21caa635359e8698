"""The model card as a page to read: model_card.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cumulet.core.usecase import UseCase

Values = Mapping[str, Any]


def when(evaluation: Values) -> str:
    """How the evaluation was made, in a sentence."""
    holdout = evaluation["holdout"]
    return (
        f"Fitted anew {holdout['folds']} times on what came before, judged on the days that followed: "
        f"{holdout['rows']} rows of {holdout['first_day']} to {holdout['last_day']}, each as it was known at its "
        "night's cut-off."
    )


def weighed(evaluation: Values) -> str:
    """What rows counted, in a sentence; empty where all counted alike."""
    words = evaluation.get("weights")
    return (
        f"Candidates were fitted on weighed rows ({words}); every figure here counts all rows alike." if words else ""
    )


def page(use_case: UseCase, evaluation: Values, run: str) -> str:
    """The model card as Markdown."""
    return "\n".join(_lines(use_case, evaluation, run)) + "\n"


def _lines(use_case: UseCase, evaluation: Values, run: str) -> Iterator[str]:
    gate, candidate, champion = evaluation["gate"], evaluation["candidate"], evaluation["champion"]
    compared = use_case.task.compared
    yield f"# {use_case.title}\n"
    yield f"{use_case.description}\n"
    yield f"Run `{run}`, dataset `{evaluation['dataset_id']}`, as known at {evaluation['cut_off']}.\n"
    yield f"**Gate: {'passed' if gate['passed'] else 'refused'}.**\n"
    yield from (f"- {reason}" for reason in gate["reasons"])
    if use_case.sensitive:
        inputs = ", ".join(use_case.sensitive_inputs) or "none of them"
        yield f"\nSensitive: {', '.join(use_case.sensitive)}. The model learns from {inputs}."
    yield f"\n## Evaluation, forward in time\n\n{when(evaluation)}\n"
    if words := weighed(evaluation):
        yield f"{words}\n"
    name = evaluation["candidate_name"]
    whole = {f"{name}, float32": evaluation["float32"]} if evaluation["float32"] else {}
    yield from _table({name: candidate, **whole, **evaluation["baselines"]}, compared)
    yield f"\nThe model file has {evaluation['model_bytes']:,} bytes{', its numbers 8 bits' if whole else ''}."
    if champion and champion["compared"]:
        yield f"\n## Against the champion\n\nThe {champion['days']} days after its cut-off {champion['cut_off']}.\n"
        yield from _table({name: champion[name] for name in ("candidate", "champion")}, compared)
    elif champion:
        yield f"\nNot compared with the champion: {champion['why']}.\n"
    for name, groups in evaluation["slices"].items():
        yield f"\n## By {name} (at least {use_case.min_slice_rows} rows)\n"
        yield from _table(groups, ("rows", *use_case.task.sliced))
    yield "\n## Calibration\n"
    bins = {f"{b['low']:.4g} to {b['high']:.4g}": b for b in evaluation["calibration"]}
    yield from _table(bins, ("rows", "mean_prediction", "mean_label"))
    yield f"\n## Costs\n\n{candidate['cost']:.3f} per record: {use_case.task.costs(evaluation['threshold'])}"
    if evaluation["threshold"] is not None:
        yield "The threshold was chosen on these rows, so the cost flatters a little."


def _table(rows: Mapping[str, Values], names: tuple[str, ...]) -> Iterator[str]:
    yield "| | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for row, values in rows.items():
        yield f"| {row} | " + " | ".join(_cell(values[name]) for name in names) + " |"


def _cell(value: Any) -> str:
    return "-" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
