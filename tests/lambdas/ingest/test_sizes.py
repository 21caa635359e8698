"""Memory stays bounded: what is too large is refused before it is read, a bomb before it is unpacked."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.folder import FolderLake
from cumulet.contracts import lake as keys
from lambdas.ingest.reading import RECORDS, read
from lambdas.ingest.unpack import MEGABYTE, unpack
from lambdas.ingest.validation import Table, validate
from tests.lambdas.conftest import flights, to_csv
from tests.lambdas.ingest.corruption import DAY
from usecases import load

ROOT = Path(__file__).resolve().parents[3]
FLIGHTS = load("flights")
BOUNDED = """
import resource, sys
from pathlib import Path
import pyarrow.parquet
from benchmarks.folder import FolderLake
from lambdas.ingest.handler import settle
from lambdas.ingest.reading import read
from tests.lambdas.ingest.corruption import DAY
from usecases import load
start = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
room = start + int(sys.argv[2]) * 1_000_000
resource.setrlimit(resource.RLIMIT_AS, (room, room))
lake, use_case = FolderLake(Path(sys.argv[1])), load("flights")
came = read(lake, use_case, DAY, 64_000_000)
print(came.tables["records"].counts, settle(lake, use_case, DAY, came).set_aside)
"""
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS is enforced on Linux")


def ingest_within(folder: Path, megabytes: int) -> str:
    """Ingest the day of a folder in a process that may take so many megabytes more than its imports."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    command = [sys.executable, "-c", BOUNDED, str(folder), str(megabytes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def raw_file(folder: Path, name: str) -> Path:
    path = folder / (keys.raw_day("flights", DAY) + name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def a_full_day(size: int) -> bytes:
    """Flights of a day, each of them valid and with a key of its own, as CSV of at most `size` bytes."""
    out = io.StringIO()
    out.write("id,sched_dep,carrier,flight,origin,dest,distance,block_minutes,plane_year,seats\n")
    for n in range(size):
        minute, flight = n % 60 + 600, n // 60 + 1
        at = f"{DAY}T{minute // 60:02d}:{minute % 60:02d}"
        carrier = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[flight // 9999] + "X"
        plane = f"{1990 + n % 20},{n % 300 + 1}"
        line = f"{DAY}-{n},{at},{carrier},{flight % 9999 + 1},JFK,BOS,{500 + n % 999}.5,120,{plane}\n"
        if out.tell() + len(line) > size:
            break
        out.write(line)
    return out.getvalue().encode()


@needs_linux
def test_a_csv_of_2_gb_is_refused_by_its_size_and_never_read(tmp_path: Path) -> None:
    with raw_file(tmp_path, "records.csv").open("wb") as file:
        file.write(to_csv(flights(DAY)))
        file.truncate(2_000_000_000)
    told = ingest_within(tmp_path, 100)
    assert "'rows': 1, 'valid': 0, 'quarantined': 1" in told
    (refusal,) = read(FolderLake(tmp_path), FLIGHTS, DAY, 64 * MEGABYTE).tables[RECORDS].refusals
    assert refusal.problems[0].value == "2000.0 MB"
    assert "at most 64 MB" in refusal.problems[0].remedy


@needs_linux
def test_a_bomb_of_2_gb_is_unpacked_to_the_limit_and_no_further(tmp_path: Path) -> None:
    member = gzip.compress(bytes(1 << 24), mtime=0)
    raw_file(tmp_path, "records.csv.gz").write_bytes(member * 128)
    assert raw_file(tmp_path, "records.csv.gz").stat().st_size < 64 * MEGABYTE
    assert "'quarantined': 1" in ingest_within(tmp_path, 250)


@needs_linux
def test_a_large_day_is_read_within_bounded_memory(tmp_path: Path) -> None:
    data = a_full_day(10 * MEGABYTE)
    raw_file(tmp_path, "records.csv").write_bytes(data)
    told = ingest_within(tmp_path, 220)
    assert f"'valid': {data.count(10) - 1}, 'quarantined': 0" in told


def test_the_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("records.csv", bytes(40 * MEGABYTE))
    data = out.getvalue().replace((40 * MEGABYTE).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert len(data) < 50_000
    table = validate(data, FLIGHTS.schema, limit=MEGABYTE)
    assert table.counts == {"rows": 1, "valid": 0, "quarantined": 1}
    assert validate(out.getvalue(), FLIGHTS.schema, limit=MEGABYTE).refusals[0].problems[0].field == "size"


def test_a_parquet_bomb_is_refused_by_what_it_would_become(tmp_path: Path) -> None:
    sink = io.BytesIO()
    schema = FLIGHTS.schema
    same = pa.array(["x" * 1000]).dictionary_encode()
    column = pa.DictionaryArray.from_arrays(np.zeros(3_000_000, np.int32), same.dictionary)
    pq.write_table(pa.table(dict.fromkeys(schema.names, column)), sink, compression="zstd")
    assert len(sink.getvalue()) < 4 * MEGABYTE
    assert "MB when read" in refused(validate(sink.getvalue(), schema))


def refused(table: Table) -> str:
    (refusal,) = table.refusals
    return str(refusal.problems[0].value)


def test_a_file_just_within_the_limit_is_unpacked(tmp_path: Path) -> None:
    data = gzip.compress(bytes(MEGABYTE))
    assert len(unpack(data, MEGABYTE)) == MEGABYTE
