"""Late and corrected rows come in later deliveries: they replace by key, and the same again changes nothing."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cumulet.adapters import parquet
from cumulet.adapters.days import Days
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.manifests import DayManifest
from tests.lambdas.conftest import columns_of, flights, to_csv
from usecases import load

DAY = date(2013, 4, 2)
Night = Callable[[str, date], dict[str, Any]]


def manifest(lake: Lake) -> DayManifest:
    return DayManifest.from_json(lake.get(keys.commit("flights", DAY)))


def as_parquet() -> bytes:
    return parquet.encode(columns_of(load("flights").schema, flights(DAY)))


def as_json(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps({k: None if v == "" else v for k, v in row.items()}) + "\n" for row in rows).encode()


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anything.csv", data)
    return out.getvalue()


FORMS: dict[str, Callable[[], bytes]] = {
    "csv.gz": lambda: gzip.compress(to_csv(flights(DAY))),
    "csv.zip": lambda: zipped(to_csv(flights(DAY))),
    "jsonl": lambda: as_json(flights(DAY)),
    "jsonl.gz": lambda: gzip.compress(as_json(flights(DAY))),
    "parquet": as_parquet,
    "csv": lambda: to_csv(flights(DAY)).decode().encode("utf-16"),  # with its byte order mark
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_is_the_same_table(form: str, world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY)
    night("ingest", DAY)
    plain = lake.get(keys.curated("flights", DAY))
    lake.delete(keys.raw("flights", DAY, "records"))
    lake.put(keys.raw("flights", DAY, "records", form), FORMS[form]())
    assert night("ingest", DAY)["records"] == 40
    assert lake.get(keys.curated("flights", DAY)) == plain


def test_the_content_says_what_a_file_is_not_its_name(world: SimpleNamespace, night: Night) -> None:
    world.hand_over(DAY, records=as_parquet())
    assert night("ingest", DAY)["records"] == 40


def test_corrected_and_late_rows_replace_by_key_and_are_counted(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    rows = flights(DAY)
    world.hand_over(DAY, records=to_csv(rows[:-1]))
    night("ingest", DAY)
    corrected = to_csv([{**rows[0], "seats": 7}, rows[-1], {**rows[1], "distance": -3}])
    key = Days(lake, "flights").correct(DAY, "records", corrected, whole=False)
    assert key.endswith("/records.2.csv")
    assert night("ingest", DAY) == {"date": str(DAY), "records": 40, "labels": 40, "quarantined": 1, "set_aside": ""}
    assert manifest(lake).tables["records"] == {"rows": 42, "valid": 40, "quarantined": 1, "replaced": 1}
    columns = lake.read_table(keys.curated("flights", DAY))
    assert columns["seats"][columns["id"] == rows[0]["id"]].tolist() == [7.0]
    assert columns["distance"][columns["id"] == rows[1]["id"]].tolist() == [rows[1]["distance"]], (
        "a bad row replaces none"
    )
    (refused,) = [json.loads(line) for line in lake.get(keys.quarantine("flights", DAY, "records")).splitlines()]
    assert (refused["delivery"], refused["line"]) == ("records.2.csv", 4)


def test_the_same_correction_twice_is_one_delivery_and_the_same_bytes(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    world.hand_over(DAY)
    days, corrected = Days(lake, "flights"), to_csv([{**flights(DAY)[0], "seats": 7}])
    first = days.correct(DAY, "records", corrected, whole=False)
    night("ingest", DAY)
    before = {key: lake.get(key) for key in lake.list("")}
    assert days.correct(DAY, "records", corrected, whole=False) == first
    night("ingest", DAY)
    assert {key: lake.get(key) for key in lake.list("")} == before


def test_a_whole_delivery_withdraws_what_came_before(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY)
    Days(lake, "flights").correct(DAY, "records", to_csv(flights(DAY)[:30]), whole=True)
    assert night("ingest", DAY)["records"] == 30
    assert manifest(lake).tables["records"] == {"rows": 30, "valid": 30, "quarantined": 0}
    assert [key.rpartition("/")[2] for key in manifest(lake).raw if "records" in key] == ["records.2.whole.csv"]


def test_a_day_that_is_set_aside_is_used_once_it_is_accepted_and_no_other_content(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    bad = [{**row, "distance": 0} for row in flights(DAY)[:20]]
    world.hand_over(DAY, records=to_csv([*bad, *flights(DAY)[20:]]))
    assert night("ingest", DAY)["set_aside"]
    days = Days(lake, "flights")
    with pytest.raises(ContractError, match="give a reason"):
        days.accept(DAY, " ")
    assert days.all_set_aside() == {DAY}
    assert len(days.accept(DAY, "half the fleet stood still").reasons) == 1
    assert night("ingest", DAY)["records"] == 20
    assert manifest(lake).accepted == "half the fleet stood still"
    assert days.all_set_aside() == set()
    assert days.reasons(DAY) == [], "what was set aside is cleared away"
    world.hand_over(DAY, records=to_csv(bad))
    assert night("ingest", DAY)["set_aside"], "the word was for other content"


def test_only_a_day_that_is_set_aside_can_be_accepted(lake: Lake) -> None:
    with pytest.raises(NotFoundError, match="nothing to accept"):
        Days(lake, "flights").accept(DAY, "because")


def test_a_time_that_the_clocks_skipped_is_refused_and_one_they_showed_twice_is_not(
    world: SimpleNamespace, night: Night, lake: Lake
) -> None:
    spring, autumn = date(2013, 3, 10), date(2013, 11, 3)
    rows = flights(spring)
    rows[0]["sched_dep"] = "2013-03-10T02:30"
    world.hand_over(spring, records=to_csv(rows))
    assert night("ingest", spring)["records"] == 39
    (refused,) = [json.loads(line) for line in lake.get(keys.quarantine("flights", spring, "records")).splitlines()]
    assert refused["problems"][0]["remedy"].endswith("clocks in America/New_York went from it to 2013-03-10T03:30")
    rows = flights(autumn)
    rows[0]["sched_dep"] = "2013-11-03T01:30"
    world.hand_over(autumn, records=to_csv(rows))
    assert night("ingest", autumn)["records"] == 40


def test_a_raw_object_of_no_table_is_named_in_the_manifest(world: SimpleNamespace, night: Night, lake: Lake) -> None:
    world.hand_over(DAY)
    lake.put(keys.raw_day("flights", DAY) + "notes.xlsx", b"?")
    night("ingest", DAY)
    assert manifest(lake).ignored == {"": ["raw/flights/dt=2013-04-02/notes.xlsx"]}


def test_local_times_in_parquet_must_have_no_zone_and_utc_times_must(lake: Lake) -> None:
    from lambdas.ingest.validation import validate

    schema = load("flights").side_tables["weather"]
    at = np.array(["2013-04-02T06:00:00"], dtype="datetime64[s]")
    for zone, valid in (("UTC", 1), (None, 0)):
        sink = io.BytesIO()
        pq.write_table(pa.table({"origin": ["JFK"], "observed_at": pa.array(at, pa.timestamp("s", tz=zone))}), sink)
        assert validate(sink.getvalue(), schema).counts["valid"] == valid
