"""release: publish a version of `predict` for an approved package, replay its golden records, move the alias.

A step that refuses raises GateError and leaves the alias where it was; each step may run again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cumulet.adapters import artifact
from cumulet.adapters.logs import log_of
from cumulet.adapters.models import create_model
from cumulet.adapters.registry import Package, describe, model_name
from cumulet.adapters.versions import Versions
from cumulet.contracts.env import ReleaseEnv
from cumulet.contracts.errors import ContractError, GateError
from cumulet.contracts.events import Released, ReleaseRequest


@dataclass(frozen=True)
class Runtime:
    """What a warm environment keeps."""

    env: ReleaseEnv
    versions: Versions


@cache
def runtime() -> Runtime:
    """Built at the first call."""
    env = ReleaseEnv.from_env(os.environ)
    return Runtime(env, Versions(env.predict_function, env.alias))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One step of Release, named by `step`; returns Released. Raises GateError when the model may not be released."""
    started = time.perf_counter()
    step = event.get("step", "")
    if step not in STEPS:
        raise ContractError(f"step={step!r}: expected one of {', '.join(STEPS)}")
    log = log_of("release", context, use_case=runtime().env.use_case, step=step)
    released = STEPS[step](event)
    elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
    log.info(f"release_{step}", **released.to_json(), ms=elapsed_ms)
    return released.to_json()


def publish(event: dict[str, Any]) -> Released:
    """The SageMaker Model for batches, and the version of `predict` that carries the package: made once, then found."""
    env, versions = runtime().env, runtime().versions
    package = approved(ReleaseRequest.from_json(event).model_package)
    name = model_name(env.use_case, package.arn)
    create_model(name, package, role=env.transform_role, image=env.transform_image)
    version = versions.find(package.arn) or versions.publish(package.arn)
    return Released(model_package=package.arn, version=version, model_name=name, previous_version=versions.current())


def replay(event: dict[str, Any]) -> Released:
    """Ask the published version for its golden records. Raises GateError when one differs from training."""
    released = Released.from_json(event)
    manifest = artifact.manifest(approved(released.model_package).artifact_uri)
    golden = manifest.golden_records
    if not golden:
        raise GateError(f"{released.model_package}: no golden records, so nothing proves it; train again")
    payload = {"replay": True, "records": [g.record for g in golden]}
    answer = runtime().versions.invoke(released.version, payload)
    predictions = answer.get("predictions", [])
    if len(predictions) != len(golden):
        raise GateError(f"version {released.version}: {len(golden)} golden records gave {len(predictions)} predictions")
    worst = max(g.distance(p) for p, g in zip(predictions, golden, strict=True)) / manifest.scale
    limit = manifest.tolerance
    if not worst <= limit:
        raise GateError(f"version {released.version}: golden records differ by {worst:.2e}, at most {limit:.0e}")
    return replace(released, replayed=len(golden))


def promote(event: dict[str, Any]) -> Released:
    """Move the alias to the replayed version."""
    released = Released.from_json(event)
    approved(released.model_package)
    if not released.replayed:
        raise GateError(f"version {released.version}: its golden records were not replayed; run the step replay first")
    runtime().versions.promote(released.version)
    return released


def approved(arn: str) -> Package:
    """The package, when it may be released. Raises GateError when it is of another group or not approved."""
    package, group = describe(arn), runtime().env.model_package_group
    if package.group != group.rpartition("/")[2]:
        raise GateError(f"{arn}: of group {package.group!r}, this use case releases {group!r}")
    if not package.approved:
        raise GateError(f"{arn}: {package.status}; approve it first (cumulet model release)")
    return package


STEPS: dict[str, Callable[[dict[str, Any]], Released]] = {"publish": publish, "replay": replay, "promote": promote}
