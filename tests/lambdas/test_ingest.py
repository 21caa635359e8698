"""Ingest: what is wrong is quarantined with its reason, nothing else is lost, and twice is the same as once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError
from cumulet.contracts.manifests import DayManifest, sha256

DAY = date(2013, 4, 2)
Night = Callable[[str, date], dict[str, Any]]


def quarantined(lake: Lake, table: str, day: date = DAY) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lake.get(keys.quarantine("flights", day, table)).splitlines()]


def ingested(records: int, labels: int, quarantined: int) -> dict[str, Any]:
    """The answer for a day that is committed."""
    counts = {"records": records, "labels": labels, "quarantined": quarantined}
    return {"date": str(DAY), **counts, "set_aside": ""}


def refused(lake: Lake, table: str) -> list[dict[str, Any]]:
    """The refused rows of a day that was set aside."""
    key = keys.quarantine_day("flights", DAY) + f"_day.{table}.jsonl"
    return [json.loads(line) for line in lake.get(key).splitlines()]


def objects(lake: Lake) -> dict[str, bytes]:
    return {key: lake.get(key) for key in lake.list("") if not key.startswith("raw/")}


def test_a_good_day_becomes_records_labels_and_side_tables(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY)
    assert night("ingest", DAY) == ingested(40, 40, 0)
    records = lake.read_table(keys.curated("flights", DAY))
    assert records["sched_dep"].dtype == np.dtype("datetime64[m]")
    assert records["id"][0] == "2013-04-02-UA1-LGA-0600"
    assert np.isnan(records["seats"][0])
    labels = lake.read_table(keys.labels("flights", DAY))
    assert labels["label"][:3].tolist() == [1.0, 0.0, 0.0]
    assert labels["status"][9] == "cancelled"
    assert np.isnan(labels["label"][9])
    assert len(lake.read_table(keys.curated("flights_weather", DAY))["origin"]) == 3


def test_the_manifest_lists_every_object_with_its_hash_and_counts_every_row(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = world.flights(DAY)
    rows[3]["distance"] = -12
    world.hand_over(DAY, records=world.to_csv(rows))
    night("ingest", DAY)
    manifest = DayManifest.from_json(lake.get(keys.commit("flights", DAY)))
    assert manifest.tables["records"] == {"rows": 40, "valid": 39, "quarantined": 1}
    assert manifest.count("rows") == 40 + 40 + 3
    assert {key: sha256(lake.get(key)) for key in manifest.files} == manifest.files
    assert keys.quarantine("flights", DAY, "records") in manifest.files


def test_an_impossible_distance_is_quarantined_with_field_value_and_remedy(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = world.flights(DAY)
    rows[3]["distance"] = -12
    world.hand_over(DAY, records=world.to_csv(rows))
    assert night("ingest", DAY)["records"] == 39
    (row,) = quarantined(lake, "records")
    assert row["line"] == 5
    assert row["row"]["id"] == rows[3]["id"]
    assert row["problems"] == [{"field": "distance", "value": -12, "remedy": "give a value of at least 10 miles"}]


def test_of_a_duplicate_flight_the_first_is_kept(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    rows = world.flights(DAY)
    world.hand_over(DAY, records=world.to_csv([*rows, {**rows[0], "seats": 7}]))
    assert night("ingest", DAY)["records"] == 40
    assert np.isnan(lake.read_table(keys.curated("flights", DAY))["seats"][0])
    (row,) = quarantined(lake, "records")
    assert row["line"] == 42
    assert "line 2" in row["problems"][0]["remedy"]


def test_a_record_without_an_id_is_quarantined_because_it_could_never_be_labelled(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = world.flights(DAY)
    rows[3]["id"] = ""
    world.hand_over(DAY, records=world.to_csv(rows))
    assert night("ingest", DAY) == ingested(39, 40, 1)
    (row,) = quarantined(lake, "records")
    assert (row["line"], row["row"]["flight"]) == (5, "4")
    assert [(p["field"], p["value"]) for p in row["problems"]] == [("id", None)]
    assert "never be labelled" in row["problems"][0]["remedy"]


def test_a_day_without_the_column_id_is_refused_row_by_row_and_set_aside(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = [{name: value for name, value in row.items() if name != "id"} for row in world.flights(DAY)]
    world.hand_over(DAY, records=world.to_csv(rows))
    answer = night("ingest", DAY)
    assert (answer["records"], answer["labels"], answer["quarantined"]) == (0, 0, 40)
    assert "40 of 40 rows" in answer["set_aside"]
    assert {p["field"] for row in refused(lake, "records") for p in row["problems"]} == {"id"}
    assert not lake.exists(keys.commit("flights", DAY))


def test_a_missing_column_refuses_the_whole_file_and_sets_the_day_aside(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = [{k: v for k, v in row.items() if k != "carrier"} for row in world.flights(DAY)]
    world.hand_over(DAY, records=world.to_csv(rows))
    assert night("ingest", DAY)["quarantined"] == 40
    (whole,) = refused(lake, "records")
    assert whole["problems"][0]["field"] == "carrier"
    assert whole["problems"][0]["remedy"].startswith("add the column carrier")
    assert lake.exists(keys.raw("flights", DAY, "records"))


def test_a_nullable_column_may_be_missing(world: SimpleNamespace, night: Night) -> None:
    rows = [{k: v for k, v in row.items() if k != "seats"} for row in world.flights(DAY)]
    world.hand_over(DAY, records=world.to_csv(rows))
    assert night("ingest", DAY)["records"] == 40


def test_an_unknown_column_is_ignored_and_named(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY, records=world.to_csv([{**row, "dep_delay": 5} for row in world.flights(DAY)]))
    assert night("ingest", DAY)["records"] == 40
    assert DayManifest.from_json(lake.get(keys.commit("flights", DAY))).ignored == {"records": ["dep_delay"]}


def test_an_empty_day_is_committed_with_no_rows(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY, records=b"", outcomes=b"", weather=b"\n")
    assert night("ingest", DAY) == ingested(0, 0, 0)
    assert DayManifest.from_json(lake.get(keys.commit("flights", DAY))).count("rows") == 0
    assert lake.read_table(keys.curated("flights", DAY))["id"].shape == (0,)


def test_a_night_of_the_future_is_refused_and_commits_nothing(night: Night, lake: Lake) -> None:
    with pytest.raises(ContractError, match="future"):
        night("ingest", date(2999, 1, 1))
    assert lake.list("curated/") == []


def test_a_day_that_never_came_is_committed_with_no_rows(night: Night, lake: Lake) -> None:
    assert night("ingest", DAY) == ingested(0, 0, 0)
    assert lake.exists(keys.commit("flights", DAY))


def test_files_that_are_not_utf_8_or_no_csv_are_quarantined_whole(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    world.hand_over(
        DAY, records=world.to_csv(world.flights(DAY)) + b"\xff\xfe\n", outcomes=b'id,"date\nbroken "quote" here\n'
    )
    assert night("ingest", DAY)["records"] == 0
    assert refused(lake, "records")[0]["problems"][0] == {
        "field": "encoding",
        "value": f"byte {len(world.to_csv(world.flights(DAY)))} is no UTF-8",
        "remedy": "save the file as UTF-8",
    }
    assert "CSV" in refused(lake, "outcomes")[0]["problems"][0]["remedy"]


def test_a_row_with_too_few_or_too_many_cells_is_quarantined(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY, records=world.to_csv(world.flights(DAY)) + b"a,b\n" + b"," * 30 + b"\n")
    assert night("ingest", DAY)["records"] == 40
    short, long = quarantined(lake, "records")
    assert short["problems"][0]["value"] == 2
    assert long["row"][""] == [""] * 21


def test_a_record_of_another_day_is_quarantined(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    other = world.flights(date(2013, 4, 3))[0]
    world.hand_over(DAY, records=world.to_csv([*world.flights(DAY), other]))
    assert night("ingest", DAY)["records"] == 40
    assert quarantined(lake, "records")[0]["problems"][0]["remedy"] == "hand it over with the day 2013-04-03"


def test_an_outcome_known_after_the_cut_off_is_quarantined(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    rows = world.outcomes(date(2013, 4, 1))
    rows[0]["known_at"] = "2013-04-02T07:00:01Z"
    rows[1]["known_at"] = "2013-04-02T07:00:00Z"
    world.hand_over(DAY, outcomes=world.to_csv(rows))
    assert night("ingest", DAY)["labels"] == 39
    (row,) = quarantined(lake, "outcomes")
    assert row["row"]["id"] == rows[0]["id"]


def test_twice_leaves_the_same_bytes(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    rows = world.flights(DAY)
    rows[3]["origin"] = "XXX"
    world.hand_over(DAY, records=world.to_csv(rows))
    first = (night("ingest", DAY), objects(lake))
    assert (night("ingest", DAY), objects(lake)) == first


def test_a_mended_day_leaves_no_quarantine_behind(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY)
    night("ingest", DAY)
    clean = objects(lake)
    world.hand_over(DAY, records=world.to_csv([{**world.flights(DAY)[0], "distance": 0}, *world.flights(DAY)[1:]]))
    night("ingest", DAY)
    assert len(quarantined(lake, "records")) == 1
    world.hand_over(DAY, records=world.to_csv([{**row, "distance": 0} for row in world.flights(DAY)]))
    assert night("ingest", DAY)["set_aside"]
    assert len(refused(lake, "records")) == 40
    assert len(quarantined(lake, "records")) == 1, "what the day had committed stays as it was"
    world.hand_over(DAY)
    night("ingest", DAY)
    assert objects(lake) == clean


def test_the_schedule_s_time_stamp_names_the_local_day(world: SimpleNamespace, aws: None) -> None:
    from lambdas.ingest.handler import handler

    world.hand_over(DAY)
    assert handler({"date": "2013-04-02T07:00:00Z"}, None)["date"] == "2013-04-02"
    assert handler({"date": "2013-04-03T02:00:00Z"}, None)["date"] == "2013-04-02"
