"""The model card in the schema of Amazon SageMaker Model Cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cumulet.contracts.manifests import ModelManifest
from cumulet.core.usecase import UseCase
from training.model_page import weighed, when


def card(use_case: UseCase, evaluation: Mapping[str, Any], manifest: ModelManifest, run: str) -> dict[str, Any]:
    """Content of a model card. Source: Amazon SageMaker Developer Guide, model card JSON schema."""
    return {
        "model_overview": {
            "model_description": f"{use_case.title}: {use_case.description}",
            "algorithm_type": evaluation["algorithm"],
            "problem_type": use_case.task.kind,
            "model_artifact": [f"models/{use_case.name}/{run}/model.tar.gz"],
        },
        "intended_uses": {
            "purpose_of_model": f"{use_case.task.purpose}: {use_case.label.description}.",
            "intended_uses": f"Records as the schema of {use_case.name} describes them, with context features of the "
            f"night's cut-off at {use_case.cut_off.hour:02}:00 {use_case.cut_off.time_zone}.",
            "factors_affecting_model_efficiency": "Seasons and operations that the training period did not have.",
            "risk_rating": "Low" if not use_case.sensitive else "Unknown",
        },
        "training_details": {
            "training_observations": f"Fitted on everything known at {manifest.cut_off}, after the evaluation below. "
            f"{weighed(evaluation)}".rstrip(),
            "training_job_details": {
                "training_datasets": [f"snapshots/{use_case.name}/{manifest.dataset_id}/"],
                "user_provided_hyper_parameters": [
                    {"name": name, "value": str(value)} for name, value in sorted(evaluation["parameters"].items())
                ],
            },
        },
        "evaluation_details": [
            _details("Forward in time", evaluation["candidate"], when(evaluation)),
            *_float32(evaluation),
            *(_details(f"Baseline: {n}", m, "On the same rows.") for n, m in sorted(evaluation["baselines"].items())),
            *_champion(evaluation),
        ],
        "additional_information": {
            "caveats_and_recommendations": "Records of one day are correlated: small gaps between models are ties.",
            "custom_details": {
                "run": run,
                "threshold": "none" if manifest.threshold is None else f"{manifest.threshold:.4f}",
                "gate": "passed" if evaluation["gate"]["passed"] else "; ".join(evaluation["gate"]["reasons"]),
                "parity": f"{manifest.parity:.1e}",
                "model_bytes": str(manifest.model_bytes),
                "sensitive_attributes": ", ".join(use_case.sensitive) or "none",
                "sensitive_inputs": ", ".join(use_case.sensitive_inputs) or "none",
            },
        },
    }


def _details(name: str, values: Mapping[str, Any], observation: str) -> dict[str, Any]:
    figures = {name: value for name, value in values.items() if name not in ("rows", "threshold")}
    data = [{"name": n, "type": "number", "value": value} for n, value in figures.items() if value is not None]
    return {
        "name": name,
        "evaluation_observation": observation,
        "metric_groups": [{"name": "holdout", "metric_data": data}],
    }


def _float32(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    whole = evaluation["float32"]
    return [_details("Before it was quantised, in float32", whole, "On the same rows.")] if whole else []


def _champion(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    champion = evaluation["champion"]
    if not champion or not champion["compared"]:
        return []
    where = f"{champion['days']} days after the champion's cut-off {champion['cut_off']}"
    return [
        _details("Candidate, after the champion's cut-off", champion["candidate"], where),
        _details("Champion, on the same rows", champion["champion"], where),
    ]
