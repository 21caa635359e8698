"""Manifests: what an erasure left in a snapshot's place is said to be that."""

from __future__ import annotations

import pytest

from cumulet.contracts.erasure import Plan
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.manifests import DatasetManifest, Tombstone


def test_a_snapshot_that_an_erasure_took_is_answered_with_when_and_why() -> None:
    stone = Tombstone(dataset_id="0123", erased="it held somebody", at="2026-01-02", by="abc")
    with pytest.raises(NotFoundError, match="dataset 0123 is gone since 2026-01-02: it held somebody"):
        DatasetManifest.from_json(stone.to_json())


def test_a_plan_survives_its_file() -> None:
    plan = Plan(subject="s", keys=("a",), objects={"snapshots/f/1/d": 2, "raw/f/x": 1}, versions=(("raw/f/y", "v"),))
    assert Plan.from_json(plan.to_json()) == plan
    assert plan.snapshots == ("1",)
    assert plan.rows == {"raw": 1, "snapshots": 0}
