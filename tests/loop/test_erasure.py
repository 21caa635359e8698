"""Erasure on the emulator, IAM enforced: from the key in Secrets Manager to a search of every byte that AWS keeps.

A use case about people is made of a small table, deployed, trained and run for some nights; then somebody is erased.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow.parquet as pq
import pytest
from botocore.config import Config

from cumulet.adapters import answers, emulator
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.core.cutoff import CutOff
from cumulet.core.pseudonyms import KeyRing
from tests.emulator.running import eventually
from tests.loop.project import Copy
from tests.scaffold.tables import Rows, write_csv

PATIENT, NEIGHBOUR = "PAT-1009", "PAT-1010"
FIRST_DAY, DAYS, A_DAY, PATIENTS = date(2024, 3, 1), 24, 40, 60
FIRST_NIGHT, NIGHTS = date(2024, 3, 12), 3
TOO_OLD = 200
ZONES = {
    "raw", "quarantine", "curated", "labels", "answers", "features", "predictions", "snapshots", "models", "runs",
}  # fmt: skip


def visits() -> Rows:
    """Who comes back? By age and ward; every tenth visit is our patient's, the second with an age that nobody has."""
    rng = np.random.default_rng(14)
    rows = DAYS * A_DAY
    patients = [f"PAT-{1010 + n}" for n in rng.integers(0, PATIENTS, rows)]
    age, ward = rng.integers(18, 90, rows), rng.choice(["north", "south", "east"], rows)
    comes = rng.random(rows) < 1 / (1 + np.exp(0.5 - 1.2 * (ward == "north") - 0.03 * (age - 50)))
    patients[::10] = [PATIENT] * len(patients[::10])
    age[10] = TOO_OLD
    return {
        "visit_id": [f"V{n:05}" for n in range(rows)],
        "day": [str(FIRST_DAY + timedelta(days=n // A_DAY)) for n in range(rows)],
        "patient": patients,
        "age": age.tolist(),
        "ward": ward.tolist(),
        "returned": np.where(comes, "yes", "no").tolist(),
    }


VISITS = visits()
OF_PATIENT = [visit for visit, who in zip(VISITS["visit_id"], VISITS["patient"], strict=True) if who == PATIENT]
"""Ids of visits in their order; the first is a golden record of the model, the second is refused for its age."""


def day_of(visit: str) -> date:
    return FIRST_DAY + timedelta(days=int(visit[1:]) // A_DAY)


def mark(folder: Path) -> None:
    """Say what only a person can: that nobody is 200 years old."""
    schema = folder / "schema.py"
    text = schema.read_text(encoding="utf-8")
    assert text.count("maximum=2200") == 1
    schema.write_text(text.replace("maximum=2200", "maximum=120"), encoding="utf-8")


@dataclass
class Hospital:
    """The deployed use case, and all that its AWS keeps."""

    project: Copy

    def client(self, service: str) -> Any:
        """A client of the emulator's root."""
        running = emulator.running(self.project.state / "emulator")
        assert running is not None
        return boto3.client(
            service,
            endpoint_url=running.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    @property
    def lake(self) -> Lake:
        s3 = self.client("s3")
        [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"] if "lakebucket" in one["Name"]]
        return Lake(bucket, s3)

    @property
    def ring(self) -> KeyRing:
        secrets = self.client("secretsmanager")
        [secret] = secrets.list_secrets()["SecretList"]
        return KeyRing.from_json(secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"])

    def holding(self, *words: str) -> set[str]:
        """Where one of these words stands: every version of every object and its key, every item, every log line."""
        kept = [*self.objects(), *self.items(), *self.lines()]
        return {where for where, data in kept if any(word.encode() in data for word in words)}

    def objects(self) -> Iterator[tuple[str, bytes]]:
        s3, bucket = self.client("s3"), self.lake.bucket
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for each in page.get("DeleteMarkers", ()):
                yield each["Key"], each["Key"].encode()
            for each in page.get("Versions", ()):
                object = s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
                yield each["Key"], each["Key"].encode() + b"".join(opened(object["Body"].read()))

    def items(self) -> Iterator[tuple[str, bytes]]:
        dynamodb = self.client("dynamodb")
        for table in dynamodb.list_tables()["TableNames"]:
            for item in dynamodb.scan(TableName=table)["Items"]:
                packed = [zlib.decompress(value["B"]) for value in item.values() if "B" in value]
                yield f"{table}/{item['sk']['S']}", repr(item).encode() + b"".join(packed)

    def lines(self) -> Iterator[tuple[str, bytes]]:
        logs = self.client("logs")
        for group in (each["logGroupName"] for each in logs.describe_log_groups()["logGroups"]):
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
                yield from ((group, event["message"].encode()) for event in page["events"])

    def left(self) -> dict[str, bytes]:
        """Everything that the lake shows, without the moments of erasures."""
        everything = {key: self.lake.get(key) for key in self.lake.list("") if not key.startswith("erasures/")}
        return {key: data if b'"erased"' not in data else b"a tombstone" for key, data in everything.items()}

    def snapshots(self) -> dict[str, int]:
        """The rows of each snapshot by id."""
        return {row["id"]: row["rows"] for row in json.loads(self.project.cumulet("data", "list", "visits", "--json"))}

    def erase(self, subject: str = PATIENT) -> dict[str, Any]:
        return dict(
            json.loads(self.project.cumulet("data", "erase", "visits", "--subject", subject, "--yes", "--json"))
        )


def opened(data: bytes) -> Iterator[bytes]:
    """The bytes of an object, and the cells, members or content that they hold packed."""
    yield data
    if data.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(data))
        yield repr((table.to_pydict(), table.schema.metadata)).encode()
    elif data.startswith(b"\x1f\x8b"):
        yield from opened(gzip.decompress(data))
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in filter(tarfile.TarInfo.isfile, tar):
                yield from opened(tar.extractfile(member).read())  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The project with the use case; its emulator is stopped, a model is live and three nights are scored."""
    project = Copy(tmp_path_factory.mktemp("visits"))
    table = write_csv(project.folder / "visits.csv", VISITS)
    made = ("--label", "returned", "--time", "day", "--identifier", "patient", "--yes")
    project.cumulet("new", "visits", "--from", str(table), *made)
    mark(project.folder / "usecases" / "visits")
    try:
        project.cumulet("demo", "visits", "--nights", str(NIGHTS), "--json")
        said = {OF_PATIENT[0]: 1.0, "V00001": 0.0}
        moment = {"at": datetime(2024, 3, 11, tzinfo=UTC), "cut_off": CutOff(hour=3, time_zone="UTC")}
        answers.write(Hospital(project).lake, "visits", said, **moment, annotator="a nurse", file="answers.csv")
    finally:
        project.cumulet("down")
    return project


def of_its_own(project: Copy, name: str) -> Hospital:
    """The use case on an emulator of its own, as it was when it was trained."""
    copy = Copy.__new__(Copy)
    copy.folder, copy.state = project.folder, project.folder / name
    shutil.copytree(project.state, copy.state, symlinks=True)
    copy.cumulet("up")
    return Hospital(copy)


@pytest.fixture(scope="module")
def names(hospital: Hospital) -> tuple[str, ...]:
    """Everything that the patient is called."""
    return (PATIENT, hospital.ring.pseudonym(PATIENT), *OF_PATIENT)


@pytest.fixture(scope="module")
def hospital(trained: Copy) -> Iterator[Hospital]:
    made = of_its_own(trained, "hospital")
    yield made
    made.project.cumulet("down")


@dataclass
class Erased:
    """What was there before and what the erasure said."""

    before: set[str]
    in_clear: set[str]
    snapshots: dict[str, int]
    certificate: dict[str, Any]
    left: dict[str, bytes]


@pytest.fixture(scope="module")
def erased(hospital: Hospital, names: tuple[str, ...]) -> Erased:
    before, in_clear = hospital.holding(*names), hospital.holding(PATIENT)
    snapshots = hospital.snapshots()
    certificate = hospital.erase()
    return Erased(before, in_clear, snapshots, certificate, hospital.left())


def test_the_key_makes_the_pseudonyms_and_the_clear_text_is_in_raw_alone(hospital: Hospital, erased: Erased) -> None:
    assert {key.split("/")[0] for key in erased.in_clear} == {"raw"}
    patients = hospital.lake.read_table(keys.curated("visits", FIRST_DAY))["patient"].tolist()
    of_the_day = {who for who in VISITS["patient"][:A_DAY] if who != PATIENT}
    assert set(patients) == {hospital.ring.pseudonym(who) for who in of_the_day}


def test_no_byte_of_any_version_item_or_log_line_names_the_patient(
    hospital: Hospital, erased: Erased, names: tuple[str, ...]
) -> None:
    assert {key.split("/")[0] for key in erased.before} == ZONES
    assert hospital.holding(*names) == set()
    assert hospital.holding(hospital.ring.pseudonym(NEIGHBOUR))
    assert erased.certificate["logs"] == sum(row["found"] for row in erased.certificate["searched"]) == 0
    assert hospital.lake.list("erasures/visits/open/") == []


def test_a_second_time_says_that_nothing_is_left_and_changes_nothing(hospital: Hospital, erased: Erased) -> None:
    code, _, said = hospital.project.run("data", "erase", "visits", "--subject", PATIENT, "--yes")
    assert code == 0
    assert "nothing of theirs is left" in said
    assert hospital.left() == erased.left


def test_a_prediction_for_the_patient_is_answered_and_leaves_no_name(
    hospital: Hospital, erased: Erased, names: tuple[str, ...]
) -> None:
    record = {"patient": PATIENT, "age": 50, "ward": "north", "day_": str(FIRST_NIGHT)}
    answer = hospital.project.cumulet("predict", "visits", "--record", json.dumps(record), "--json")
    assert 0 < json.loads(answer)["prediction"] < 1
    code, out, said = hospital.project.run("predict", "visits", "--record", json.dumps(record | {"patient": 1009}))
    assert code == 3
    assert "1009" not in out + said
    assert hospital.holding(*names) == set()


def test_the_next_snapshot_has_another_id_and_lacks_the_patients_visits(
    hospital: Hospital, erased: Erased, names: tuple[str, ...]
) -> None:
    [(before, rows)] = erased.snapshots.items()
    assert hospital.snapshots() == {}
    hospital.project.cumulet("train", "visits", "--date", str(FIRST_NIGHT))
    [(after, fewer)] = hospital.snapshots().items()
    assert after != before
    assert rows - fewer == sum(day_of(visit) <= FIRST_NIGHT for visit in OF_PATIENT) - 1
    assert hospital.holding(*names) == set()


def test_killed_half_way_and_run_again_it_ends_the_same(trained: Copy, erased: Erased, names: tuple[str, ...]) -> None:
    killed = of_its_own(trained, "killed")
    lake, command = killed.lake, ("data", "erase", "visits", "--subject", PATIENT, "--yes")
    [snapshot], curated = erased.snapshots, keys.curated("visits", day_of(OF_PATIENT[0]))
    half_ways = [
        lambda: not lake.exists(keys.snapshot("visits", snapshot) + "data.parquet"),
        lambda: lake.get(curated) == erased.left[curated],
    ]
    try:
        for half_way in half_ways:
            process = killed.project.start(*command)
            eventually(lambda: half_way() or process.poll() is not None, seconds=120)  # noqa: B023
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert lake.list("erasures/visits/open/"), "it had ended before it was killed"
        killed.erase()
        assert killed.left() == erased.left
        assert killed.holding(*names) == set()
    finally:
        killed.project.cumulet("down")
