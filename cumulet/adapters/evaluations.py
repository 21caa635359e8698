"""The evaluation that decided a model's gate, as it lies beside the model in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cumulet.adapters.artifact import fetch
from cumulet.adapters.registry import Package


def evaluation_of(package: Package) -> dict[str, Any]:
    """A package's evaluation: version, status, the gate's reasons, one row for each model that was compared."""
    evaluation = json.loads(fetch(package.evaluation_uri))
    return {
        "version": package.version,
        "status": package.status,
        "reasons": evaluation["gate"]["reasons"],
        "models": compared(evaluation),
        "evaluation": evaluation,
    }


def compared(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row each, with every metric: baselines and candidate on the same rows, champion and candidate on later ones.

    Those are the rows after the champion's cut-off. The last two are there when the gate could compare them.
    """
    rows = [{"model": name, "role": "baseline", **figures} for name, figures in evaluation["baselines"].items()]
    rows.append({"model": evaluation["candidate_name"], "role": "candidate", **evaluation["candidate"]})
    if whole := evaluation.get("float32"):
        rows.append({"model": f"{evaluation['candidate_name']}, float32", "role": "not quantised", **whole})
    against = evaluation["champion"] or {}
    if against.get("compared"):
        rows.append({"model": "champion, later rows", "role": "champion", **against["champion"]})
        rows.append({"model": "candidate, later rows", "role": "challenger", **against["candidate"]})
    return rows
