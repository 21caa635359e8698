"""A small lake: three weeks of made-up flights, as `ingest` leaves them, in moto's S3, with moto's model registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from moto import mock_aws

import usecases
from cumulet.adapters import session
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.env import JobEnv
from cumulet.contracts.manifests import DayManifest
from cumulet.core.usecase import Candidate, UseCase, label_rows
from training import fit, packing, snapshot

FIRST, DAYS, ROWS = date(2013, 1, 1), 24, 70
GROUP = "flights"


ENV = JobEnv(
    use_case="flights",
    lake_bucket="lake",
    model_package_group=GROUP,
    predict_function="predict",
    transform_image="image",
    approval="automatic",
)


@pytest.fixture
def lake() -> Iterator[Lake]:
    with aws() as made:
        yield made


@pytest.fixture
def filled(lake: Lake) -> Lake:
    for n in range(DAYS):
        commit_day(lake, FIRST + timedelta(days=n))
    return lake


def small_candidate() -> UseCase:
    """The use case with trees that suit a few hundred rows."""
    use_case = usecases.load("flights")
    small = {"max_iter": 60, "min_samples_leaf": 20, "learning_rate": 0.1, "max_leaf_nodes": 6, "max_features": 0.5}
    return replace(use_case, candidates=(Candidate("small trees", use_case.candidates[0].algorithm, small),))


@pytest.fixture(scope="session")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What SageMaker keeps of Snapshot and Fit: folders train/, model/ and output/ with the two archives."""
    folder = tmp_path_factory.mktemp("fit")
    with aws() as lake, pytest.MonkeyPatch.context() as patch:
        for n in range(DAYS):
            commit_day(lake, FIRST + timedelta(days=n))
        snapshot.main(["--time", "2013-01-24T12:00:00Z", "--run", "run-1"])
        (folder / "train").mkdir()
        for key in lake.list("snapshots/"):
            (folder / "train" / key.rpartition("/")[2]).write_bytes(lake.get(key))
        patch.setenv("SM_CHANNEL_TRAIN", str(folder / "train"))
        patch.setenv("SM_MODEL_DIR", str(folder / "model"))
        patch.setenv("SM_OUTPUT_DATA_DIR", str(folder / "data"))
        use_case = small_candidate()
        patch.setattr(usecases, "load", lambda name: use_case)
        fit.main(["--run", "run-1"])
    (folder / "output").mkdir()
    (folder / "output" / "model.tar.gz").write_bytes(packing.pack(folder / "model"))
    (folder / "output" / "output.tar.gz").write_bytes(packing.pack(folder / "data"))
    return folder


@contextmanager
def aws() -> Iterator[Lake]:
    """A fresh account with the lake's bucket and the model package group; jobs find it in their environment."""
    credentials = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in {**credentials, **ENV.to_env()}.items():
            patch.setenv(name, value)
        session.client.cache_clear()
        session.client("s3").create_bucket(Bucket="lake")
        session.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
        yield Lake("lake")
    session.client.cache_clear()


def commit_day(lake: Lake, day: date) -> None:
    """Write one night's partitions and its manifest; outcomes are those of the day before."""
    use_case = usecases.load("flights")
    files = {}
    key = keys.curated("flights", day)
    files[key] = lake.write_table(key, use_case.schema.columns(flights(day)))
    outcomes = use_case.outcomes.columns(arrivals(day - timedelta(days=1))) if day > FIRST else None
    if outcomes is not None:
        key = keys.labels("flights", day)
        files[key] = lake.write_table(key, label_rows(use_case, outcomes))
    key = keys.curated("flights_weather", day)
    files[key] = lake.write_table(key, use_case.side_tables["weather"].columns(weather(day)))
    manifest = DayManifest(
        use_case="flights", date=str(day), cut_off=use_case.cut_off.at(day).isoformat(), tables={}, files=files
    )
    lake.put(keys.commit("flights", day), manifest.to_json())


def flights(day: date) -> list[dict]:
    rng = np.random.default_rng(day.toordinal())
    hours = np.sort(rng.integers(5, 23, ROWS))
    return [
        {
            "id": f"{day}-{n}",
            "sched_dep": f"{day}T{hour:02}:{n % 60:02}",
            "carrier": "UA" if n % 3 else "B6",
            "flight": 100 + n,
            "origin": ("EWR", "JFK", "LGA")[n % 3],
            "dest": ("IAH", "BOS")[n % 2],
            "distance": 400.0 + n,
            "block_minutes": 90.0 + n,
            "plane_year": None if n % 7 == 0 else 2000,
            "seats": 150,
        }
        for n, hour in enumerate(hours.tolist())
    ]


def arrivals(day: date) -> list[dict]:
    """Late above all around noon, which no straight line tells."""
    rng = np.random.default_rng(1_000_000 + day.toordinal())
    outcomes = []
    for row in flights(day):
        late = rng.random() < (0.8 if 10 <= int(row["sched_dep"][11:13]) < 15 else 0.15)
        known_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=28)
        kept = {name: row[name] for name in ("id", "carrier", "flight", "origin", "dest")}
        status = {"date": str(day), "status": "arrived", "arr_delay": 60.0 if late else 0.0}
        outcomes.append({**kept, **status, "known_at": f"{known_at:%Y-%m-%dT%H:%M:%SZ}"})
    return outcomes


def weather(day: date) -> list[dict]:
    fields = dict.fromkeys(("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"), 10.0)
    return [{"origin": o, "observed_at": f"{day}T07:00:00Z", **fields} for o in ("EWR", "JFK", "LGA")]
