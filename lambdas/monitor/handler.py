"""monitor: what a night's rows say, as mergeable sketches in the lake and at most ten metrics at the night's cut-off.

What cannot be measured (no model yet, no labels yet, a day that was not scored) is an absent metric with its reason.
"""

from __future__ import annotations

import json
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from cumulet.adapters import alarms, artifact
from cumulet.adapters.champion import Champion
from cumulet.adapters.lake import Lake
from cumulet.adapters.logs import log_of
from cumulet.adapters.metrics import put
from cumulet.adapters.registry import describe, version_of
from cumulet.contracts import lake as keys
from cumulet.contracts.env import MonitorEnv
from cumulet.contracts.events import Monitored, NightEvent
from cumulet.contracts.manifests import DayManifest
from cumulet.core.sketches import Reference
from cumulet.core.usecase import UseCase
from lambdas.monitor.inputs import measure_inputs
from lambdas.monitor.performance import measure_performance
from usecases import load


@dataclass(frozen=True)
class Runtime:
    """What a warm environment keeps."""

    env: MonitorEnv
    use_case: UseCase
    lake: Lake
    champion: Champion


@cache
def runtime() -> Runtime:
    """Built at the first call."""
    env = MonitorEnv.from_env(os.environ)
    return Runtime(env, load(env.use_case), Lake(env.lake_bucket), Champion(env.predict_function, env.alias))


@cache
def reference(package: str) -> Reference:
    """The sketch of a package's training snapshot, from its artifact."""
    archive = artifact.fetch(describe(package).artifact_uri)
    return Reference.from_json(json.loads(artifact.member(archive, artifact.REFERENCE)))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Measure the night of a NightEvent; returns Monitored."""
    started = time.perf_counter()
    use_case = runtime().use_case
    day = NightEvent.from_json(event).logical_date(use_case.cut_off.time_zone)
    log = log_of("monitor", context, use_case=use_case.name, date=str(day))
    with ThreadPoolExecutor(1) as aside:
        alarmed = aside.submit(red_alarms)
        metrics, reasons = measure(day)
        red = alarmed.result()
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    refused = put(runtime().env.namespace, {"UseCase": use_case.name}, metrics, use_case.cut_off.at(day))
    if refused:
        log.warning("metrics_refused", reason=refused)
    skipped = "; ".join([*reasons, refused] if refused else reasons)
    elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
    log.info("night_monitored", metrics=metrics, skipped=skipped, ms=elapsed_ms)
    cut_off = f"{use_case.cut_off.at(day):%Y-%m-%dT%H:%M:%SZ}"
    return Monitored(date=str(day), time=cut_off, metrics=metrics, alarms=red, skipped=skipped).to_json()


def red_alarms() -> list[str]:
    """The alarms on performance that are red, sorted; tonight's metrics are not out yet and have moved none."""
    names = runtime().env.alarms
    return [each["alarm"] for each in alarms.states(names.split(",")) if each["state"] == "ALARM"] if names else []


def measure(day: date) -> tuple[dict[str, float], list[str]]:
    """The metrics of a night by name, and why others are absent."""
    use_case, lake = runtime().use_case, runtime().lake
    with ThreadPoolExecutor(2) as at_once:
        counted = at_once.submit(counts, lake, use_case.name, day)
        package = runtime().champion.package()
        if not package:
            metrics, reasons = counted.result()
            return metrics, [*reasons, "no model is live"]
        model = version_of(package)
        inputs = at_once.submit(measure_inputs, lake, use_case, day, model, reference(package))
        performance = measure_performance(lake, use_case, day, model)
        found = [counted.result(), inputs.result(), performance]
    return {k: v for measured, _ in found for k, v in measured.items()}, [each for _, why in found for each in why]


def counts(lake: Lake, use_case: str, day: date) -> tuple[dict[str, float], list[str]]:
    """Records and Quarantined, from the manifest that committed the day."""
    data = lake.find(keys.commit(use_case, day))
    if data is None:
        return {}, [f"{day} is not committed (not ingested, or set aside)"]
    manifest = DayManifest.from_json(data)
    records, quarantined = manifest.count("valid", "records"), manifest.count("quarantined")
    return {"Records": float(records), "Quarantined": float(quarantined)}, []
