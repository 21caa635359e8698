"""From a judged candidate to a model package: the finished artifact in the lake, its figures in the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cumulet.adapters.lake import Lake
from cumulet.adapters.registry import APPROVED, PENDING, REJECTED, Registry
from cumulet.contracts import lake as keys
from cumulet.contracts.env import JobEnv

TEXT = 256
"""SageMaker's limit for a value of CustomerMetadataProperties."""


def approval(evaluation: Mapping[str, Any], wanted: str) -> str:
    """Rejected when the gate refused; Approved when the use case wants it automatic; else a person decides.

    A candidate that could not be compared with the champion is never approved automatically.
    """
    if not evaluation["gate"]["passed"]:
        return REJECTED
    champion = evaluation["champion"]
    compared = champion is None or champion["compared"]
    return APPROVED if wanted == "automatic" and compared else PENDING


def registered(registry: Registry, run: str) -> str:
    """The ARN of the package that this run has registered already; empty when there is none."""
    return next((package.arn for package in registry.list() if package.metadata.get("run") == run), "")


def upload(lake: Lake, use_case: str, run: str, files: Mapping[str, bytes]) -> str:
    """Write what a run hands over; the prefix. The archive comes last: whoever sees it sees all."""
    prefix = keys.models(use_case, run)
    for name in sorted(files, key=lambda name: (name.endswith(".tar.gz"), name)):
        lake.put(prefix + name, files[name])
    return prefix


def register(
    env: JobEnv, lake: Lake, registry: Registry, run: str, evaluation: Mapping[str, Any], compared: Sequence[str]
) -> str:
    """Register the run's artifact with its figures and its approval status; the package's ARN."""
    prefix = keys.models(env.use_case, run)
    own = evaluation["candidate"]
    figures = {name: f"{own[name]:.5f}" for name in compared if own[name] is not None}
    refusals = "; ".join(evaluation["gate"]["reasons"])
    metadata = {
        "run": run,
        "use_case": env.use_case,
        "dataset_id": evaluation["dataset_id"],
        "cut_off": evaluation["cut_off"],
        **({} if evaluation["threshold"] is None else {"threshold": f"{evaluation['threshold']:.5f}"}),
        **({"reason": evaluation["reason"][:TEXT]} if evaluation.get("reason") else {}),
        "gate": "passed" if evaluation["gate"]["passed"] else "refused",
        **({"refusals": refusals[:TEXT]} if refusals else {}),
        **figures,
    }
    return registry.register(
        artifact_uri=lake.uri(prefix + "model.tar.gz"),
        image=env.transform_image,
        status=approval(evaluation, env.approval),
        metadata=metadata,
        evaluation_uri=lake.uri(prefix + "evaluation.json"),
        description=(refusals or f"Passed the gate; fitted on what was known at {evaluation['cut_off']}")[:1024],
    )
