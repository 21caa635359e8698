"""Lineage read from the lake and the registry, with data that the real ingest, snapshot and registration made."""

from __future__ import annotations

import pytest

from cumulet.adapters.lineage import LineageReader
from cumulet.adapters.scored_records import ScoredRecords
from cumulet.contracts import lake as keys
from cumulet.core.lineage_ids import meant
from tests.offline.conftest import DAYS, artifact, aws, filled, lake, night, read_api_models_once, scored, taken, world

__all__ = ["artifact", "aws", "filled", "lake", "night", "read_api_models_once", "scored", "taken", "world"]


@pytest.fixture
def reader(scored):
    return LineageReader(scored.lake, scored.registry, scored.use_case)


def raw(days):
    return {keys.raw("flights", day, table) for day in days for table in ("records", "outcomes", "weather")}


def test_a_prediction_leads_to_its_model_its_snapshot_and_their_raw_files_with_hashes(reader, scored):
    graph = reader.read()
    said = scored.lake.read_table(keys.prediction_file("flights", DAYS[7], "1"))
    [record] = ScoredRecords(scored.lake, "flights").add(graph, said["id"][3])
    found = graph.around([record])
    reader.details(found, [record])
    assert found.nodes[record].facts["prediction of model 1"] == said["prediction"][3]
    assert f"snapshots/flights/{scored.ids[0]}" in found.nodes
    assert f"snapshots/flights/{scored.ids[1]}" not in found.nodes
    assert {n for n, node in found.nodes.items() if node.zone == "raw"} == raw(DAYS[:6]) | raw([DAYS[7]]) | {
        keys.raw("flights", DAYS[6], "outcomes")
    }
    known = {name: node.facts.get("sha256") for name, node in found.nodes.items() if node.day in map(str, DAYS[:6])}
    assert set(map(len, known.values())) == {64}
    assert len(found.nodes[keys.raw("flights", DAYS[7], "records")].facts["sha256"]) == 64
    [code] = [node for node in found.nodes.values() if node.zone == "code"]
    assert (code.name, "models/flights/1") in found.edges
    assert code.facts["code of this checkout"] == "the same"


def test_a_raw_file_leads_to_every_snapshot_model_and_night_that_it_is_in(reader, scored):
    graph = reader.read()
    late, early = ({*graph.descendants([keys.raw("flights", day, "records")])} for day in (DAYS[7], DAYS[2]))
    snapshots = [f"snapshots/flights/{one}" for one in scored.ids]
    assert {n for n in early if n.startswith("snapshots/")} == set(snapshots)
    assert {n for n in late if n.startswith(("snapshots/", "models/"))} == {snapshots[1], "models/flights/2"}
    assert keys.prediction_file("flights", DAYS[7], "1") in late
    assert keys.prediction_file("flights", DAYS[9], "2") in late


def test_an_outcome_is_in_the_features_of_the_nights_that_look_back_on_it(reader):
    found = reader.read().descendants([keys.raw("flights", DAYS[7], "outcomes")])
    assert {n for n in found if n.startswith("features/")} == {keys.features("flights", day) for day in DAYS[7:]}


def test_nothing_is_read_per_night(reader, scored, monkeypatch):
    read = []
    get = type(scored.lake).get
    monkeypatch.setattr(type(scored.lake), "get", lambda self, key: read.append(key) or get(self, key))
    meant(reader.read(), "flights", "1")
    assert sorted(read) == sorted(keys.snapshot("flights", one) + "manifest.json" for one in scored.ids)


def test_a_day_that_was_ingested_anew_shows_both_hashes(reader, scored, world, night):
    rows = [{**row, "distance": 999} for row in world.flights(DAYS[2])]
    world.hand_over(DAYS[2], records=world.to_csv(rows))
    night("ingest", DAYS[2])
    key = keys.curated("flights", DAYS[2])
    found = reader.read().around([key])
    reader.details(found, [key])
    facts = found.nodes[key].facts
    assert facts["sha256"] != facts["sha256 now"]


def test_every_delivery_that_counts_is_an_origin_in_whatever_form_it_came(reader, scored):
    prefix = keys.raw_day("flights", DAYS[2])
    for name in ("records.2.jsonl", "outcomes.2.whole.parquet", "records.txt"):
        scored.lake.put(prefix + name, b"")
    graph = reader.read()
    parents = {*graph.parents[keys.curated("flights", DAYS[2])]}
    assert parents == {prefix + "records.csv", prefix + "records.2.jsonl"}
    assert {*graph.parents[keys.labels("flights", DAYS[2])]} == {prefix + "outcomes.2.whole.parquet"}
