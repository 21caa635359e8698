"""Features: the values of a night are those of an as-of computation, in the lake and online alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import numpy as np
import pytest

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.adapters.online import OnlineStore
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import NotFoundError, SkewError
from cumulet.core.context import arranged, join
from cumulet.core.schema import concatenate
from lambdas.features import handler
from lambdas.features.handler import runtime
from training import snapshot
from training.known import commits_of
from usecases import load

FIRST = date(2013, 4, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(4)]
Night = Callable[[str, date], dict[str, Any]]


class NoChampion:
    def package(self) -> str:
        return ""


class Champion:
    def package(self) -> str:
        return "arn:aws:sagemaker:us-east-1:123456789012:model-package/flights/3"


@pytest.fixture
def ingested(world: SimpleNamespace, night: Night, monkeypatch: pytest.MonkeyPatch) -> Night:
    for day in DAYS:
        world.hand_over(day)
        night("ingest", day)
    live(monkeypatch, NoChampion())
    return night


def live(monkeypatch: pytest.MonkeyPatch, champion: object) -> None:
    monkeypatch.setitem(runtime().__dict__, "champion", champion)


def test_the_lake_and_the_online_store_hold_the_same_features(ingested: Night, lake: Lake) -> None:
    assert ingested("features", DAYS[3])["records"] == 40
    stored = lake.read_table(keys.features("flights", DAYS[3]))
    tables, cut_off, _ = OnlineStore("online").read("flights")
    joined = join(load("flights"), lake.read_table(keys.curated("flights", DAYS[3])), tables)
    assert cut_off.isoformat() == "2013-04-04T07:00:00+00:00"
    assert list(stored) == list(joined)
    for name, column in joined.items():
        assert column.dtype == stored[name].dtype
        assert np.array_equal(column, stored[name], equal_nan=column.dtype.kind == "f"), name


def test_features_know_yesterday_s_outcomes_and_this_night_s_weather(
    ingested: Night, world: SimpleNamespace, lake: Lake
) -> None:
    late = [{**row, "arr_delay": row["arr_delay"] and 99} for row in world.outcomes(DAYS[2])]
    world.hand_over(DAYS[3], outcomes=world.to_csv(late))
    ingested("ingest", DAYS[3])
    ingested("features", DAYS[3])
    stored = lake.read_table(keys.features("flights", DAYS[3]))
    overall = (3 * 12 + 36) / (4 * 36)
    assert stored["late_1"][0] == pytest.approx((36 + 100 * overall) / (36 + 100), abs=1e-6)
    assert set(stored["weather_temp"].tolist()) == {40, 41, 42}


def test_the_cut_off_is_in_the_object(ingested: Night, lake: Lake) -> None:
    ingested("features", DAYS[0])
    metadata = parquet.metadata(lake.get(keys.features("flights", DAYS[0])))
    assert metadata == {"use_case": "flights", "cut_off": "2013-04-01T07:00:00+00:00"}


def test_a_back_fill_never_takes_the_present_s_place_online(ingested: Night) -> None:
    ingested("features", DAYS[3])
    present = OnlineStore("online").read("flights")
    ingested("features", DAYS[1])
    assert OnlineStore("online").read("flights") == present


def test_what_comes_later_changes_no_feature(ingested: Night, world: SimpleNamespace, lake: Lake) -> None:
    ingested("features", DAYS[1])
    before = lake.get(keys.features("flights", DAYS[1]))
    rows = [{**row, "arr_delay": 600, "status": "arrived"} for row in world.outcomes(DAYS[1])]
    world.hand_over(DAYS[2], outcomes=world.to_csv(rows))
    ingested("ingest", DAYS[2])
    ingested("features", DAYS[1])
    assert lake.get(keys.features("flights", DAYS[1])) == before


def test_without_a_champion_the_night_is_not_scored(ingested: Night) -> None:
    answer = ingested("features", DAYS[3])
    assert (answer["model_name"], answer["output_uri"]) == ("", "")
    assert answer["input_uri"] == "s3://lake/features/flights/dt=2013-04-04/records.parquet"


def test_the_champion_says_where_predictions_go(ingested: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch, Champion())
    monkeypatch.setattr(handler, "trained_until", lambda package: load("flights").cut_off.at(DAYS[3]))
    answer = ingested("features", DAYS[3])
    assert answer["model_name"].startswith("flights-3-")
    assert answer["output_uri"] == "s3://lake/predictions/flights/dt=2013-04-04/model=3"


def test_a_champion_that_learnt_from_later_labels_does_not_score_an_earlier_night(
    ingested: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch, Champion())
    monkeypatch.setattr(handler, "trained_until", lambda package: load("flights").cut_off.at(DAYS[3]))
    assert ingested("features", DAYS[2])["model_name"] == ""


def test_a_day_that_is_not_ingested_is_refused(ingested: Night) -> None:
    with pytest.raises(NotFoundError, match="not committed; ingest it first"):
        ingested("features", date(2013, 5, 1))


def test_a_day_without_records_still_has_its_night(ingested: Night, world: SimpleNamespace) -> None:
    world.hand_over(date(2013, 4, 5), records=b"")
    ingested("ingest", date(2013, 4, 5))
    assert ingested("features", date(2013, 4, 5))["records"] == 0


def test_online_is_offline_to_the_bit_record_by_record_and_carries_its_event_time(ingested: Night, lake: Lake) -> None:
    ingested("features", DAYS[3])
    use_case = load("flights")
    offline = lake.read_table(keys.features("flights", DAYS[3]))
    tables, cut_off, _ = OnlineStore("online").read("flights")
    records = use_case.schema.records(lake.read_table(keys.curated("flights", DAYS[3])))
    for row, record in enumerate(records):
        online = join(use_case, use_case.schema.columns([record]), tables)
        for name in use_case.context.names:
            assert online[name].tobytes() == offline[name][row : row + 1].tobytes(), (name, record)
    items = boto3.client("dynamodb").scan(TableName="online")["Items"]
    assert {item["sk"]["S"].removeprefix("context#") for item in items} == set(tables)
    assert {(item["date"]["S"], item["cut_off"]["S"]) for item in items} == {(str(DAYS[3]), cut_off.isoformat())}
    assert cut_off == use_case.cut_off.at(DAYS[3])


def declaring(*features: Any) -> Any:
    use_case = load("flights")
    return replace(use_case, context=replace(use_case.context, features=features))


def test_tables_are_read_by_the_names_of_their_columns(ingested: Night, lake: Lake) -> None:
    ingested("features", DAYS[3])
    tables, _, names = OnlineStore("online").read("flights")
    records, (first, *rest) = lake.read_table(keys.curated("flights", DAYS[3])), load("flights").context.features
    everything = join(load("flights"), records, tables)
    fewer = declaring(*reversed(rest))
    found = join(fewer, records, arranged(fewer, tables, names))
    assert set(everything) - set(found) == set(first.names)
    for name in fewer.context.names:
        assert np.array_equal(found[name], everything[name], equal_nan=True), name


def test_a_feature_that_the_night_has_not_written_is_named_with_what_to_do(ingested: Night) -> None:
    ingested("features", DAYS[3])
    tables, _, names = OnlineStore("online").read("flights")
    first, *rest = load("flights").context.features
    other = declaring(replace(first, windows=(1, 14)), *rest)
    with pytest.raises(SkewError, match=r"written no late_14: .*`cumulet night flights`.*`cumulet train flights`"):
        arranged(other, tables, names)


def test_a_snapshot_has_the_same_values_as_the_nights(ingested: Night, lake: Lake) -> None:
    for day in DAYS:
        ingested("features", day)
    rows = snapshot.rows_at(lake, load("flights"), commits_of(lake, "flights", DAYS[3]))[0]
    nights = concatenate(lake.read_table(keys.features("flights", day)) for day in DAYS)
    for name in load("flights").context.names:
        assert rows[name].tobytes() == nights[name].tobytes(), name
