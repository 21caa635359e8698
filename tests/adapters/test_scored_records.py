"""A record is found in the nights that scored it."""

from __future__ import annotations

from cumulet.adapters.lineage import LineageReader
from cumulet.adapters.scored_records import ScoredRecords
from cumulet.contracts import lake as keys
from tests.offline.conftest import DAYS, artifact, aws, filled, lake, night, read_api_models_once, scored, taken, world

__all__ = ["artifact", "aws", "filled", "lake", "night", "read_api_models_once", "scored", "taken", "world"]


def lineage(scored):
    graph = LineageReader(scored.lake, scored.registry, scored.use_case).read()
    return graph, ScoredRecords(scored.lake, "flights")


def test_a_record_is_found_in_the_night_that_is_named_or_in_the_newest(scored):
    graph, records = lineage(scored)
    night, name = keys.prediction_file("flights", DAYS[6], "1"), f"{DAYS[6]}-UA1-LGA-0600"
    for day in (DAYS[8], DAYS[9]):
        table = scored.lake.read_table(keys.prediction_file("flights", day, "2"))
        table["id"][0] = "twice"
        scored.lake.write_table(keys.prediction_file("flights", day, "2"), table)
    assert records.add(graph, "twice") == [f"records/flights/twice@{DAYS[9]}"]
    assert records.add(graph, f"twice@{DAYS[8]}") == [f"records/flights/twice@{DAYS[8]}"]
    assert records.add(graph, f"twice@{DAYS[7]}") == []
    assert records.add(graph, "nobody") == []
    [record] = records.add(graph, name)
    assert list(graph.parents[record]) == [night]


def test_the_example_of_a_record_is_one_that_is_found(scored):
    graph, records = lineage(scored)
    assert records.add(graph, records.example(graph))
