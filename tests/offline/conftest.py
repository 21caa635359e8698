"""A lake that the real ingest has filled from raw, and snapshots that the real job has taken of it."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from cumulet.adapters.registry import Registry
from cumulet.contracts import lake as keys
from cumulet.core.pseudonyms import KeyRing
from tests.lambdas.conftest import artifact, aws, lake, night, read_api_models_once, world
from training import snapshot
from usecases import load

__all__ = ["artifact", "aws", "lake", "night", "read_api_models_once", "world"]
FIRST = date(2013, 4, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(10)]


@pytest.fixture
def filled(world, night, lake):
    for day in DAYS:
        world.hand_over(day)
        night("ingest", day)
    return lake


@pytest.fixture
def taken(filled):
    """The ids of the snapshots as of the sixth and the tenth night."""
    return [snapshot.take(filled, load("flights"), day).dataset_id for day in (DAYS[5], DAYS[9])]


@pytest.fixture
def scored(filled, taken, artifact):
    """Two models, of one snapshot each, that have scored two nights each."""
    registry = Registry("flights")
    for version, dataset_id in enumerate(taken, start=1):
        prefix = keys.models("flights", f"run-{version}")
        filled.put(prefix + "model.tar.gz", artifact)
        metadata = {"run": f"run-{version}", "dataset_id": dataset_id, "cut_off": "2013-04-06T07:00:00+00:00"}
        registry.register(
            artifact_uri=filled.uri(prefix + "model.tar.gz"), image="image", status="Approved", metadata=metadata
        )
    for day, model in ((DAYS[6], 1), (DAYS[7], 1), (DAYS[8], 2), (DAYS[9], 2)):
        records = filled.read_table(keys.curated("flights", day), ("id",))
        filled.write_table(keys.features("flights", day), records)
        said = {"id": records["id"], "prediction": records["id"].astype("U10") >= "2013"}
        said["prediction"] = said["prediction"] * (model / 10)
        filled.write_table(keys.prediction_file("flights", day, str(model)), said)
    use_case, ring = load("flights"), KeyRing.public()
    return SimpleNamespace(lake=filled, registry=registry, ids=taken, name="flights", use_case=use_case, ring=ring)
