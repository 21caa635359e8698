"""A feature that is declared today has its past: what each night would have computed, and what a snapshot has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cumulet.adapters import parquet
from cumulet.adapters.online import OnlineStore
from cumulet.contracts import lake as keys
from cumulet.core import context
from cumulet.core.specs import Rate
from cumulet.offline.backfill import ABSENT, SAME, WRITTEN, backfill
from lambdas.features import handler
from lambdas.features.asof import read
from tests.offline.conftest import DAYS
from training import snapshot
from usecases import load

WEEK = DAYS[3:10]


class NoChampion:
    def package(self):
        return ""


@pytest.fixture
def nightly(filled, night, monkeypatch):
    """Every night of the week was run as it was declared then."""
    monkeypatch.setitem(handler.runtime().__dict__, "champion", NoChampion())
    for day in WEEK:
        night("features", day)
    return filled


def with_a_new_feature():
    use_case = load("flights")
    new = Rate("late_origin_dest", ("origin", "dest"), (1, 3), strength=5)
    return replace(use_case, context=replace(use_case.context, features=(*use_case.context.features, new)))


def run(lake, use_case, days=WEEK):
    return [night.state for night in backfill(lake, OnlineStore("online"), use_case, days[0], days[-1])]


def test_a_new_feature_has_the_values_that_each_past_night_would_have_computed(nightly):
    use_case = with_a_new_feature()
    assert run(nightly, use_case) == [WRITTEN] * 7
    for day in WEEK:
        records, labels, side = read(nightly, use_case, day)
        known = np.datetime64(day)
        assert labels["known"].max() <= known
        wanted = context.join(use_case, records, context.tables(use_case, day, records, labels, side))
        stored = nightly.get(keys.features("flights", day))
        found = parquet.decode(stored)
        assert list(found) == list(wanted)
        assert found["late_origin_dest_3"].tobytes() == wanted["late_origin_dest_3"].tobytes()
        assert parquet.metadata(stored)["cut_off"] == use_case.cut_off.at(day).isoformat()
    assert np.isfinite(found["late_origin_dest_3"]).all()


def test_a_snapshot_has_the_new_feature_over_the_past_and_the_same_values(nightly, monkeypatch):
    use_case = with_a_new_feature()
    run(nightly, use_case)
    manifest = snapshot.take(nightly, use_case, WEEK[-1])
    rows = nightly.read_table(keys.snapshot("flights", manifest.dataset_id) + "data.parquet")
    for day in WEEK:
        mine = use_case.days(rows) == np.datetime64(day)
        partition = nightly.read_table(keys.features("flights", day))
        assert rows["id"][mine].tolist() == partition["id"].tolist()
        for name in use_case.context.names:
            assert rows[name][mine].tobytes() == partition[name].tobytes(), name


def test_a_snapshot_does_not_go_on_from_one_that_lacks_the_feature(nightly, monkeypatch):
    before = snapshot.take(nightly, load("flights"), WEEK[-2])
    monkeypatch.setattr(snapshot.earlier, "fingerprint", lambda root, module: f"{module} with the new feature")
    manifest = snapshot.take(nightly, with_a_new_feature(), WEEK[-1])
    rows = nightly.read_table(keys.snapshot("flights", manifest.dataset_id) + "data.parquet")
    assert len(rows["late_origin_dest_1"]) > before.rows


def test_a_backfill_that_was_interrupted_goes_on_and_a_finished_one_writes_nothing(nightly, monkeypatch):
    use_case = with_a_new_feature()
    assert run(nightly, use_case, WEEK[:3]) == [WRITTEN] * 3
    assert run(nightly, use_case) == [SAME] * 3 + [WRITTEN] * 4
    before = nightly.tags("features/")
    written = []
    monkeypatch.setattr(type(nightly), "put", lambda self, key, *rest: written.append(key))
    assert run(nightly, use_case) == [SAME] * 7
    assert written == []
    assert nightly.tags("features/") == before


def test_the_unchanged_declaration_gives_what_the_nights_wrote(nightly):
    assert run(nightly, load("flights")) == [SAME] * 7


def test_what_comes_later_changes_no_back_filled_feature(nightly, world, night):
    use_case = with_a_new_feature()
    run(nightly, use_case)
    rows = [{**row, "arr_delay": 600, "status": "arrived"} for row in world.outcomes(WEEK[5])]
    world.hand_over(WEEK[6], outcomes=world.to_csv(rows))
    night("ingest", WEEK[6])
    assert run(nightly, use_case) == [SAME] * 6 + [WRITTEN]


def test_the_last_night_s_tables_go_online_and_never_in_place_of_a_newer_one_s(nightly):
    use_case, store = with_a_new_feature(), OnlineStore("online")
    done = list(backfill(nightly, store, use_case, WEEK[0], WEEK[-1]))
    assert [night.online for night in done] == [False] * 6 + [True]
    present = store.read("flights")
    assert "origin+dest" in present[0]
    assert not any(night.online for night in backfill(nightly, store, use_case, WEEK[0], WEEK[2]))
    assert store.read("flights") == present


def test_a_night_that_was_not_ingested_is_passed_over(nightly):
    nightly.delete(keys.commit("flights", WEEK[1]))
    assert run(nightly, with_a_new_feature(), WEEK[:3]) == [WRITTEN, ABSENT, WRITTEN]
