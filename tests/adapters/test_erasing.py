"""Erasure in a versioned lake of moto's: gone from every byte of every version, whatever it was killed in."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import usecases
from cumulet.adapters import artifact, parquet, redaction
from cumulet.adapters.erasing import Erasing
from cumulet.adapters.lake import Lake
from cumulet.adapters.object_versions import ObjectVersions
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import ContractError, JobError, NotFoundError
from cumulet.contracts.manifests import DayManifest, ModelManifest, sha256
from cumulet.core.pseudonyms import KeyRing
from tests.training.conftest import FIRST, ROWS, arrivals, aws, commit_day, flights
from training import snapshot
from training.dataset import MANIFEST
from training.packing import pack

DAYS = 8
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = FIRST + timedelta(days=5)
SUBJECT = f"{DAY}-7"


def csv_of(rows: list[dict]) -> bytes:
    lines = [",".join(rows[0]), *(",".join("" if v is None else str(v) for v in row.values()) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with filled(tmp_path) as lake:
        yield lake


@contextmanager
def filled(folder: Path) -> Iterator[Lake]:
    """Three weeks in every zone, in a versioned bucket, with some of it written twice."""
    with aws() as lake:
        boto3.client("s3").put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
        for n in range(DAYS):
            commit_day(lake, FIRST + timedelta(days=n))
        commit_day(lake, DAY)
        lake.put(keys.raw("flights", DAY, "records"), csv_of(flights(DAY)))
        lake.put(keys.raw("flights", DAY + timedelta(days=1), "outcomes"), csv_of(arrivals(DAY)))
        refused = [{"line": n, "problems": [], "row": {"id": f"{DAY}-{n}"}} for n in (7, 71)]
        lake.put(keys.quarantine("flights", DAY, "records"), b"".join(json.dumps(r).encode() + b"\n" for r in refused))
        lake.put(keys.quarantine("flights", DAY, "outcomes"), json.dumps(refused[0]).encode() + b"\n")
        count(lake)
        records = lake.read_table(keys.curated("flights", DAY))
        lake.write_table(keys.features("flights", DAY), records, {"cut_off": "2013-01-06T08:00:00+00:00"})
        lake.write_table(
            keys.prediction_file("flights", DAY, "1"), {"id": records["id"], "prediction": records["distance"]}
        )
        golden = [{"record": row, "prediction": 0.5} for row in flights(DAY)[5:9]]
        manifest = ModelManifest(
            use_case="flights", algorithm="a", dataset_id="d", cut_off="c", fingerprint="f", features=[], threshold=0.2,
            parity=0.0, golden=golden,
        )  # fmt: skip
        (folder / "manifest.json").write_bytes(manifest.to_json())
        (folder / "model.onnx").write_bytes(b"\x00\x01 a model")
        lake.put(keys.models("flights", "first") + "model.tar.gz", pack(folder))
        lake.put(keys.run("flights", "first") + "fit/output/output.tar.gz", pack(folder))
        lake.put("raw/flights/dt=2013-01-01/gone.csv", csv_of(flights(DAY)))
        lake.delete("raw/flights/dt=2013-01-01/gone.csv")
        yield lake


def count(lake: Lake) -> None:
    """Let the day's manifest count its rows and list its quarantine, as ingest does."""
    day = DayManifest.from_json(lake.get(keys.commit("flights", DAY)))
    refused = {keys.quarantine("flights", DAY, name): n for name, n in (("records", 2), ("outcomes", 1))}
    tables = {
        "records": {"rows": ROWS + 2, "valid": ROWS, "quarantined": 2},
        "outcomes": {"rows": ROWS + 1, "valid": ROWS, "quarantined": 1},
        "weather": {"rows": 3, "valid": 3, "quarantined": 0},
    }
    files = {**day.files, **{key: sha256(lake.get(key)) for key in refused}}
    lake.put(keys.commit("flights", DAY), replace(day, tables=tables, files=files).to_json(), "application/json")


def erasing(lake: Lake) -> Erasing:
    return Erasing(lake, usecases.load("flights"), KeyRing.public(), usecases.names())


def erase(lake: Lake, subject: str = SUBJECT):
    work = erasing(lake)
    return work.erase(work.find(subject), AT)


def plain_search(key: str, but: tuple[str, ...] = ("no suffix",)) -> list[str]:
    """The test's own search: every version, Parquet cell by cell, archives member by member, the rest as bytes."""
    bucket, found = ObjectVersions("lake"), []
    for version in bucket.list():
        data = b"" if version.marker or version.key.endswith(but) else bucket.read(version)
        if data.startswith(b"PAR1"):
            table = pq.read_table(io.BytesIO(data))
            hit = any(key in column.to_pylist() for column in table.columns)
        elif data.startswith(b"\x1f\x8b"):
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                hit = any(f'"{key}"'.encode() in tar.extractfile(entry).read() for entry in tar)
        else:
            hit = (
                re.search(rb"(?<![\w-])" + re.escape(key.encode()) + rb"(?![\w-])", data + version.key.encode())
                is not None
            )
        found += [version.key] if hit else []
    return found


def everything(lake: Lake) -> dict[str, bytes]:
    return {key: lake.get(key) for key in lake.list("") if not key.startswith("erasures/")}


def take(lake: Lake):
    return snapshot.take(lake, usecases.load("flights"), FIRST + timedelta(days=DAYS - 1))


def test_after_an_erasure_no_byte_of_any_version_names_the_subject(lake: Lake) -> None:
    before = take(lake)
    certificate = erase(lake)
    assert sum(row["found"] for row in certificate.searched) == 0
    assert {row["zone"] for row in certificate.searched} >= {
        "raw", "quarantine", "curated", "labels", "features", "predictions", "snapshots", "models", "erasures",
    }  # fmt: skip
    assert certificate.rows["models"] == 1
    assert plain_search(f"{SUBJECT}") == []
    assert before.dataset_id in certificate.snapshots


def test_the_next_snapshot_has_another_id_and_lacks_the_subject_only(lake: Lake) -> None:
    before = take(lake)
    old = set(lake.read_table(keys.snapshot("flights", before.dataset_id) + "data.parquet")["id"].tolist())
    erase(lake)
    stone = json.loads(lake.get(keys.snapshot("flights", before.dataset_id) + MANIFEST))
    assert "erased" in stone["erased"]
    after = take(lake)
    assert after.dataset_id != before.dataset_id
    new = set(lake.read_table(keys.snapshot("flights", after.dataset_id) + "data.parquet")["id"].tolist())
    assert old - new == {SUBJECT}
    assert new < old


def test_neighbours_stay_and_the_manifests_say_what_lies_there(lake: Lake) -> None:
    before = DayManifest.from_json(lake.get(keys.commit("flights", DAY)))
    erase(lake)
    after = DayManifest.from_json(lake.get(keys.commit("flights", DAY)))
    assert before.files != after.files
    assert {key: sha256(lake.get(key)) for key in after.files} == after.files
    assert len(lake.read_table(keys.curated("flights", DAY))["id"]) == ROWS - 1
    assert after.tables == {
        "records": {"rows": ROWS, "valid": ROWS - 1, "quarantined": 1},
        "outcomes": {"rows": ROWS, "valid": ROWS, "quarantined": 0},
        "weather": {"rows": 3, "valid": 3, "quarantined": 0},
    }
    assert lake.list(keys.quarantine("flights", DAY, "outcomes")) == []
    assert len(lake.get(keys.quarantine("flights", DAY, "records")).splitlines()) == 1


def test_the_search_of_the_test_finds_the_subject_in_every_zone_before(lake: Lake) -> None:
    take(lake)
    assert {key.split("/")[0] for key in plain_search(SUBJECT)} == {
        "raw", "quarantine", "curated", "labels", "features", "predictions", "snapshots", "models", "runs",
    }  # fmt: skip


def test_a_partition_without_the_subject_has_the_bytes_that_a_day_without_them_leaves(lake: Lake) -> None:
    key = keys.curated("flights", DAY)
    columns = lake.read_table(key)
    erase(lake)
    kept = np.flatnonzero(columns["id"] != SUBJECT)
    assert lake.get(key) == parquet.encode({name: column[kept] for name, column in columns.items()})
    features = lake.get(keys.features("flights", DAY))
    assert parquet.metadata(features) == {"cut_off": "2013-01-06T08:00:00+00:00"}


def test_a_model_keeps_its_other_golden_records_and_its_other_files(lake: Lake) -> None:
    before = lake.get(keys.models("flights", "first") + "model.tar.gz")
    erase(lake)
    after = lake.get(keys.models("flights", "first") + "model.tar.gz")
    golden = ModelManifest.from_json(artifact.member(after, "manifest.json")).golden_records
    assert [g.record["id"] for g in golden] == [f"{DAY}-{n}" for n in (5, 6, 8)]
    assert artifact.member(after, "model.onnx") == artifact.member(before, "model.onnx")


def test_a_certificate_and_the_register_name_nobody_and_the_plan_is_gone(lake: Lake) -> None:
    certificate = erase(lake)
    left = {key.split("/")[2]: lake.get(key) for key in lake.list("erasures/")}
    assert set(left) == {"register", "certificates"}
    assert not any(SUBJECT.encode() in data for data in left.values())
    assert json.loads(left["certificates"])["subject"] == certificate.subject
    assert [v.key for v in ObjectVersions("lake").list("erasures/flights/open/")] == []


def test_erasing_twice_changes_nothing_more(lake: Lake) -> None:
    erase(lake)
    before = everything(lake)
    certificate = erase(lake)
    assert everything(lake) == before
    assert certificate.rewritten == {}
    assert len(lake.list("erasures/flights/register/")) == 1


class Killed(BaseException):
    """As SIGKILL: nothing of ours runs after it."""


def kill_at(call: int, patch: pytest.MonkeyPatch) -> None:
    """Every write and every deletion counts; the one of that number does not happen."""
    calls = [0]

    def bomb(real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            calls[0] += 1
            if calls[0] == call:
                raise Killed
            return real(*given, **named)

        return counted

    for owner, name in ((Lake, "put"), (ObjectVersions, "delete")):
        patch.setattr(owner, name, bomb(getattr(owner, name)))


def test_killed_at_any_step_and_run_again_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    with filled(tmp_path) as lake:
        take(lake)
        erase(lake)
        wanted = everything(lake)
    kills = 0
    with filled(tmp_path) as lake:
        take(lake)
        call, seen = 1, everything(lake)
        for _ in range(100):
            with pytest.MonkeyPatch.context() as patch:
                kill_at(call, patch)
                try:
                    erase(lake)
                    break
                except Killed:
                    kills += 1
            call, seen = call + (everything(lake) == seen), everything(lake)
        assert everything(lake) == wanted
        assert plain_search(SUBJECT) == []
        assert take(lake).dataset_id
    assert kills > 12


def test_a_later_night_of_the_subject_makes_the_same_command_erase_again(lake: Lake) -> None:
    erase(lake)
    lake.put(keys.raw("flights", DAY, "records"), csv_of(flights(DAY)))
    assert plain_search(SUBJECT) == [keys.raw("flights", DAY, "records")]
    assert erase(lake).rewritten == {"raw": 1}
    assert plain_search(SUBJECT) == []


def handed_over(rows: list[dict]) -> dict[str, bytes]:
    """The same table in every form that ingest takes, and in some that it refuses and raw keeps all the same."""
    plain = csv_of(rows)
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("records.csv", plain)
    table = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([row["id"] for row in rows]).dictionary_encode()}), table)
    return {
        "records.2.csv": plain.decode().encode("utf-16"),
        "records.3.csv.zip": packed.getvalue(),
        "records.4.csv": lines,
        "records.5.jsonl.gz": gzip.compress(lines.replace(b"-", rb"\u002d")),
        "records.6.parquet": table.getvalue(),
        "records.7.csv.gz": gzip.compress(plain)[:-6],
        "records.8.csv": plain.decode().encode("utf-16-le"),
    }


def test_the_subject_goes_out_of_every_form_in_which_rows_are_handed_over_and_the_others_stay(lake: Lake) -> None:
    prefix, forms = keys.raw_day("flights", DAY), handed_over(flights(DAY))
    for name, data in forms.items():
        lake.put(prefix + name, data)
    certificate = erase(lake)
    assert plain_search(SUBJECT, but=(".2.csv", ".zip", ".gz", ".8.csv")) == []
    [raw] = [row for row in certificate.searched if row["zone"] == "raw"]
    assert (raw["found"], raw["unopened"]) == (0, 0)
    others = {row["id"] for row in flights(DAY)} - {SUBJECT}
    for name in forms:
        left = redaction.values(prefix + name, lake.get(prefix + name), "id")
        assert left == others, name


def test_files_that_nobody_can_open_stop_no_erasure_and_are_counted(lake: Lake) -> None:
    prefix = keys.raw_day("flights", DAY)
    for name, data in (("a.csv.gz", b"\x1f\x8bnone"), ("b.parquet", b"PAR1 cut"), ("c.zip", b"PK\x03\x04cut")):
        lake.put(prefix + name, data)
    lake.put(prefix + "d.parquet", f"PAR1 {SUBJECT} cut".encode())
    certificate = erase(lake)
    assert [row["unopened"] for row in certificate.searched if row["zone"] == "raw"] == [3]
    assert lake.get(prefix + "d.parquet") == b""
    assert lake.get(prefix + "b.parquet") == b"PAR1 cut"


def test_nobody_of_that_name_changes_nothing(lake: Lake) -> None:
    before = everything(lake)
    with pytest.raises(NotFoundError, match="no row is named 'arrived'"):
        erase(lake, "arrived")
    with pytest.raises(NotFoundError, match="nothing was changed"):
        erase(lake, "2013-01-06-9999")
    with pytest.raises(ContractError, match="at least 4"):
        erase(lake, "7")
    assert everything(lake) == before
    assert lake.list("erasures/") == []


def test_a_plan_changes_nothing_and_says_how_many_rows_of_which_object(lake: Lake) -> None:
    before = everything(lake)
    plan = erasing(lake).find(SUBJECT)
    assert everything(lake) == before
    assert plan.objects[keys.curated("flights", DAY)] == 1
    assert plan.objects[keys.models("flights", "first") + "model.tar.gz"] == 1
    assert any(key == "raw/flights/dt=2013-01-01/gone.csv" for key, _ in plan.versions)


def test_what_another_use_case_holds_is_named_and_left(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.put("curated/bikes/dt=2013-01-01/note.txt", SUBJECT.encode())
    work = Erasing(lake, usecases.load("flights"), KeyRing.public(), ("flights", "bikes"))
    with pytest.raises(JobError, match=r"curated/bikes/dt=2013-01-01/note\.txt"):
        work.erase(work.find(SUBJECT), AT)
    assert lake.exists("curated/bikes/dt=2013-01-01/note.txt")
    assert not lake.list("erasures/flights/certificates/")
