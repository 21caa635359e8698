"""features: the context features of a night, as of its cut-off; to the lake for the batch, online for `predict`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cumulet.adapters.champion import Champion
from cumulet.adapters.lake import Lake
from cumulet.adapters.logs import log_of
from cumulet.adapters.online import OnlineStore
from cumulet.adapters.registry import PARQUET, describe, model_name, version_of
from cumulet.contracts import lake as keys
from cumulet.contracts.env import FeaturesEnv
from cumulet.contracts.events import Featured, NightEvent
from cumulet.core.schema import rows
from cumulet.core.usecase import UseCase
from lambdas.features.asof import compute
from usecases import load


@dataclass(frozen=True)
class Runtime:
    """What a warm environment keeps."""

    use_case: UseCase
    lake: Lake
    store: OnlineStore
    champion: Champion


@cache
def runtime() -> Runtime:
    """Built at the first call."""
    env = FeaturesEnv.from_env(os.environ)
    return Runtime(
        load(env.use_case),
        Lake(env.lake_bucket),
        OnlineStore(env.online_table),
        Champion(env.predict_function, env.alias),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compute the features of the night of a NightEvent; returns Featured. Raises NotFoundError before `ingest`."""
    started = time.perf_counter()
    use_case, lake = runtime().use_case, runtime().lake
    day = NightEvent.from_json(event).logical_date(use_case.cut_off.time_zone)
    log = log_of("features", context, use_case=use_case.name, date=str(day))
    night = compute(lake, use_case, day)
    key = keys.features(use_case.name, day)
    lake.put(key, night.data, PARQUET)
    online = runtime().store.write(use_case.name, day, night.online)
    package = runtime().champion.package()
    if package and trained_until(package) > night.cut_off:
        log.warning("night_not_scored", model=version_of(package), reason="the champion has learnt from later labels")
        package = ""
    elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
    log.info("features_written", records=rows(night.joined), labels=night.labels, online=online, ms=elapsed_ms)
    prefix = keys.predictions(use_case.name, day, version_of(package)) if package else ""
    return Featured(
        date=str(day),
        records=rows(night.joined),
        input_uri=lake.uri(key),
        output_uri=lake.uri(prefix).rstrip("/") if package else "",
        model_name=model_name(use_case.name, package) if package else "",
        model_package=package,
    ).to_json()


@cache
def trained_until(package: str) -> datetime:
    """The cut-off of the labels that a package has learnt from: an earlier night scored by it would flatter."""
    return datetime.fromisoformat(describe(package).metadata["cut_off"])
