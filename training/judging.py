"""The evaluation: what the holdout rows say of the candidate, its baselines and the champion."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from cumulet.contracts.manifests import ModelManifest
from cumulet.core.disclosure import published
from cumulet.core.gates import decide
from cumulet.core.model import Model
from cumulet.core.usecase import UseCase
from training.holdout import Holdout


def evaluate(
    use_case: UseCase, holdout: Holdout, manifest: ModelManifest, champion: dict[str, Any] | None
) -> dict[str, Any]:
    """The evaluation as JSON, with the verdict of the use case's gate; `champion` as `against_champion` gives it."""
    rows, models, name = holdout.rows, holdout.tried["models"], holdout.tried["candidate"]
    evaluation = {
        "use_case": use_case.name,
        "dataset_id": manifest.dataset_id,
        "cut_off": manifest.cut_off,
        "algorithm": manifest.algorithm,
        "parameters": holdout.tried["parameters"],
        **({"weights": holdout.tried["weights"]} if "weights" in holdout.tried else {}),
        "holdout": {
            "first_day": str(rows.days.min()),
            "last_day": str(rows.days.max()),
            "rows": len(rows),
            "folds": holdout.tried["folds"],
        },
        "candidate_name": name,
        "candidate": models[name],
        "baselines": {baseline: models[baseline] for baseline in holdout.tried["baselines"]},
        "float32": models.get(holdout.tried.get("float32")),
        "champion": champion,
        "slices": {
            by: published(
                use_case.task.by_slice(
                    use_case.column(rows.columns, by),
                    rows.y,
                    holdout.own,
                    threshold=manifest.threshold,
                    min_rows=use_case.min_slice_rows,
                ),
                total=len(rows),
            )
            for by in dict.fromkeys((*use_case.slices, *use_case.sensitive))
        },
        "calibration": use_case.task.calibration(rows.y, holdout.own),
        "threshold": manifest.threshold,
        "parity": manifest.parity,
        "model_bytes": manifest.model_bytes,
    }
    reasons = decide(evaluation, use_case.gates)
    return {**evaluation, "gate": {"passed": not reasons, "reasons": list(reasons)}}


def against_champion(use_case: UseCase, holdout: Holdout, champion: Model, package: str) -> dict[str, Any]:
    """Candidate and champion on the rows of the days after the champion's cut-off: neither has seen their labels.

    With fewer such days than the gate asks for there is nothing fair to compare on: `compared` is False.
    """
    moment = datetime.fromisoformat(champion.manifest.cut_off)
    night = np.datetime64(moment.astimezone(ZoneInfo(use_case.cut_off.time_zone)).date(), "D")
    later = holdout.rows.days > night
    days = len(np.unique(holdout.rows.days[later]))
    verdict = {"model_package": package, "cut_off": champion.manifest.cut_off, "days": days, "compared": False}
    if days < use_case.gates.min_champion_days:
        return {**verdict, "why": f"only {days} days of the holdout are later than the champion's cut-off"}
    rows, task = holdout.rows.where(later), use_case.task
    threshold = holdout.tried["models"][holdout.tried["candidate"]]["threshold"]
    return {
        **verdict,
        "compared": True,
        "candidate": task.summary(rows.y, holdout.own[later], threshold),
        "champion": task.summary(rows.y, champion.predict(rows.columns), champion.manifest.threshold),
    }
