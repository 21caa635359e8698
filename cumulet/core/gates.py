"""The gate: which figures a candidate must show before it may be registered as fit for release.

The gate reads the evaluation (plain JSON, written by training/evaluate.py), so a decision can be repeated from the
file alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class GateRules:
    """Limits of the gate; `metric` is compared with baselines and champion, higher is better."""

    metric: str = "skill"
    too_good: Mapping[str, float] = field(default_factory=dict)
    """Metrics above whose limit a leak is more likely than a good model."""
    max_parity: float = 1e-5
    """Largest difference, in the task's scale, between the fitted model's forecasts and those of its ONNX file."""
    max_drop: Mapping[str, float] = field(default_factory=dict)
    """How much an int8 file may lose at most against the float32 model that it was made from, by metric."""
    max_bytes: int = 0
    """Largest size of the model file; 0: any."""
    min_champion_days: int = 7
    """With fewer days later than the champion's cut-off there is nothing fair to compare on."""


def decide(evaluation: Mapping[str, Any], rules: GateRules) -> tuple[str, ...]:
    """The reasons why the candidate may not be released, in words; empty when it passes.

    `evaluation` has `candidate` and `baselines` (metrics on the same holdout rows), `float32` (those of the model that
    an int8 file was made from, or None), `parity`, `model_bytes`, and `champion`: None, or
    `{"compared", "candidate", "champion"}` with both metrics on the rows later than the champion's cut-off.
    """
    return tuple(_reasons(evaluation, rules))


def _reasons(evaluation: Mapping[str, Any], rules: GateRules) -> Iterator[str]:
    name, own = rules.metric, evaluation["candidate"]
    for baseline, metrics in sorted(evaluation["baselines"].items()):
        if not _value(own[name]) > _value(metrics[name]):
            yield f"{name} {_value(own[name]):.4f} does not beat the baseline {baseline} ({_value(metrics[name]):.4f})"
    champion = evaluation.get("champion")
    if champion and champion["compared"]:
        ours, theirs = _value(champion["candidate"][name]), _value(champion["champion"][name])
        if not ours > theirs:
            rows = champion["candidate"]["rows"]
            yield f"{name} {ours:.4f} does not beat the champion ({theirs:.4f}) on the {rows} rows after its cut-off"
    for metric, limit in rules.too_good.items():
        if not _value(own[metric]) <= limit:
            yield f"{metric} {_value(own[metric]):.4f} is above {limit}: look for a leak of the label"
    if whole := evaluation.get("float32"):
        for metric, limit in rules.max_drop.items():
            lost = _value(whole[metric]) - _value(own[metric])
            if not lost <= limit:
                yield f"{metric} {_value(own[metric]):.4f} in int8 is {lost:.4f} below float32's, more than {limit}"
    if rules.max_bytes and evaluation.get("model_bytes", 0) > rules.max_bytes:
        yield f"the model file has {evaluation['model_bytes']:,} bytes, more than {rules.max_bytes:,}"
    if not evaluation["parity"] <= rules.max_parity:
        yield f"parity {evaluation['parity']:.1e} is above {rules.max_parity:.0e}: the ONNX file is another model"


def _value(metric: float | None) -> float:
    """A metric that is not defined (None) beats nothing and passes nothing."""
    return float("nan") if metric is None else metric
