from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

import usecases
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import JobError
from cumulet.contracts.manifests import DatasetManifest, sha256
from cumulet.core.usecase import CutOff
from tests.training.conftest import DAYS, FIRST, ROWS, commit_day
from training import earlier, snapshot
from training.dataset import read
from training.known import commits_of, committed, in_time

TIME = "2013-01-24T12:00:00Z"


def take(lake, time=TIME, run="run-1"):
    snapshot.main(["--time", time, "--run", run])
    listing = json.loads(lake.get(keys.run("flights", run) + "snapshot.manifest"))
    prefix = listing[0]["prefix"].removeprefix("s3://lake/")
    assert listing[1:] == ["data.parquet", "manifest.json"]
    return prefix, DatasetManifest.from_json(lake.get(prefix + "manifest.json"))


def test_a_snapshot_counts_what_has_no_label_and_a_fit_leaves_it_out(filled, tmp_path):
    prefix, manifest = take(filled)
    for name in ("data.parquet", "manifest.json"):
        (tmp_path / name).write_bytes(filled.get(prefix + name))
    assert len(read(tmp_path, usecases.load("flights"))[0]) == manifest.labelled
    assert manifest.rows == DAYS * ROWS
    assert manifest.labelled == (DAYS - 1) * ROWS
    assert manifest.last_day == str(FIRST + timedelta(days=DAYS - 2))
    data = filled.get(prefix + "data.parquet")
    assert sha256(data) == manifest.files["data.parquet"]
    assert prefix == keys.snapshot("flights", manifest.dataset_id)


def test_the_same_data_give_the_same_id_and_an_existing_snapshot_is_not_written_again(filled, monkeypatch):
    take(filled)
    written = []
    monkeypatch.setattr(snapshot.Lake, "put", lambda self, key, *rest: written.append(key) or "")
    snapshot.main(["--time", TIME, "--run", "run-2"])
    assert written == ["runs/flights/run-2/snapshot.manifest"]


def test_a_snapshot_that_goes_on_from_an_earlier_one_is_the_one_made_from_nothing(filled, monkeypatch):
    prefix, whole = take(filled)
    data = filled.get(prefix + "data.parquet")
    for key in filled.list("snapshots/"):
        filled.delete(key)
    take(filled, "2013-01-15T08:00:00Z", "run-2")
    computed = []
    features = snapshot.context.features
    monkeypatch.setattr(
        snapshot.context,
        "features",
        lambda case, records, *rest: computed.append(records) or features(case, records, *rest),
    )
    again, onward = take(filled, TIME, "run-3")
    assert {str(day)[:10] for day in computed[0]["sched_dep"]} == {f"2013-01-{n}" for n in range(16, 25)}
    assert (again, onward) == (prefix, whole)
    assert filled.get(again + "data.parquet") == data


@pytest.mark.parametrize("change", ["commit", "code", "data"])
def test_an_earlier_snapshot_that_would_not_be_made_again_is_not_gone_on_from(filled, monkeypatch, change):
    prefix, _ = take(filled, "2013-01-15T08:00:00Z", "run-1")
    if change == "commit":
        filled.put(
            keys.commit("flights", date(2013, 1, 3)), filled.get(keys.commit("flights", date(2013, 1, 3))) + b" "
        )
    elif change == "code":
        monkeypatch.setattr(earlier, "fingerprint", lambda root, module: "other")
    else:
        filled.put(prefix + "data.parquet", b"damaged")
    commits = commits_of(filled, "flights", date(2013, 1, 24))
    assert earlier.find(filled, usecases.load("flights"), commits) is None


def test_the_first_label_counts_and_none_at_all_is_no_label():
    labels = {
        "id": np.array(["a", "b", "a", "b"], object),
        "label": np.array([0.0, np.nan, 1.0, 1.0]),
        "known": np.array(["2013-01-02", "2013-01-02", "2013-01-03", "2013-01-03"], "datetime64[D]"),
    }
    found = snapshot.labels_of({"id": np.array(["a", "b", "c"], object)}, labels)
    assert found.tolist()[:2] == [0.0, 1.0]
    assert np.isnan(found[2])


def test_an_observation_that_came_a_night_late_is_not_one_that_its_own_night_knew():
    use_case, night = usecases.load("flights"), date(2013, 1, 15)
    before = use_case.cut_off.at(night - timedelta(days=1)).replace(tzinfo=None)
    observed = np.array([before, before + timedelta(hours=1)], "datetime64[s]")
    kept = in_time(use_case, "weather", night, {"observed_at": observed, "temp": np.array([1.0, 2.0])})
    assert kept["temp"].tolist() == [2.0]


def test_nothing_that_became_known_after_the_cut_off_is_in_it(filled):
    night = "2013-01-15T08:00:00Z"
    prefix, manifest = take(filled, night)
    before = filled.get(prefix + "data.parquet")
    for n in range(16, 24):
        for table in (keys.curated("flights", date(2013, 1, n)), keys.labels("flights", date(2013, 1, n))):
            filled.delete(table)
    again, second = take(filled, night, "run-2")
    assert (again, second) == (prefix, manifest)
    assert filled.get(again + "data.parquet") == before
    assert manifest.cut_off == "2013-01-15T08:00:00+00:00"
    assert max(manifest.sources) < "labels/flights/known=2013-01-16"
    assert not [key for key in manifest.sources if "dt=2013-01-16" in key]


def test_features_of_a_snapshot_are_those_of_the_night(filled):
    use_case = usecases.load("flights")
    days = (FIRST + timedelta(days=n) for n in range(20))
    known = snapshot.Known.read(filled, use_case, committed(filled, "flights", days))
    columns = snapshot.context.features(use_case, known.records, known.labels, known.side)
    day = date(2013, 1, 12)
    records = filled.read_table(keys.curated("flights", day))
    labels = {k: v[known.labels["known"] <= np.datetime64(day)] for k, v in known.labels.items()}
    side = {"weather": filled.read_table(keys.curated("flights_weather", day))}
    night = snapshot.context.join(use_case, records, snapshot.context.tables(use_case, day, records, labels, side))
    mine = use_case.days(columns) == np.datetime64(day)
    for name in use_case.context.names:
        np.testing.assert_array_equal(columns[name][mine], night[name], err_msg=name)


def test_a_partition_that_its_night_did_not_commit_is_refused(filled):
    filled.put(keys.labels("flights", date(2013, 1, 9)), b"half")
    with pytest.raises(SystemExit) as ended:
        take(filled)
    assert ended.value.code == JobError.exit_code


def test_a_day_that_is_not_committed_does_not_exist(filled):
    filled.delete(keys.commit("flights", date(2013, 1, 24)))
    _, manifest = take(filled)
    assert manifest.rows == (DAYS - 1) * ROWS
    commit_day(filled, date(2013, 1, 24))
    assert take(filled)[1].rows == DAYS * ROWS


def test_an_empty_lake_says_what_to_do(lake, capsys):
    with pytest.raises(SystemExit) as ended:
        take(lake)
    assert ended.value.code == 5
    assert "run its nights first" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        (datetime(2013, 4, 1, 7, 0, tzinfo=UTC), date(2013, 4, 1)),
        (datetime(2013, 4, 1, 6, 59, tzinfo=UTC), date(2013, 3, 31)),
        (datetime(2013, 1, 24, 12, 0, tzinfo=UTC), date(2013, 1, 24)),
    ],
)
def test_the_last_night_is_the_one_whose_cut_off_has_passed(moment, night):
    assert snapshot.last_night(CutOff(3, "America/New_York"), moment) == night
