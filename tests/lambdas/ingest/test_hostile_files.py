"""Files that mean harm or were made by accident: refused in plain words, within the memory and time of a function."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cumulet.core.erasures import Register, entry
from cumulet.core.fields import Field
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.schema import Schema
from lambdas.ingest import chunks
from lambdas.ingest.privacy import protect
from lambdas.ingest.refusals import KEPT_CELLS, Refusals
from lambdas.ingest.validation import MOST_IGNORED, Table, validate
from tests.lambdas.conftest import flights
from tests.lambdas.ingest.corruption import DAY
from usecases import load

FLIGHTS = load("flights").schema
ROWS = flights(DAY, 6)
MEGABYTE = 1_000_000


def as_csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_json(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps({k: None if v == "" else v for k, v in row.items()}) + "\n" for row in rows).encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    typed = {name: [None if row[name] == "" else row[name] for row in rows] for name in rows[0]}
    pq.write_table(pa.table(typed), sink)
    return sink.getvalue()


def refused(table: Table) -> str:
    [refusal] = table.refusals
    [problem] = refusal.problems
    return f"{problem.field}={problem.value}: {problem.remedy}"


def test_a_header_of_two_million_columns_is_refused_at_once() -> None:
    header = as_csv(ROWS).split("\n")[0] + "," + ",".join(map(str, range(200_000)))
    assert "hand over at most 10000, one table a file" in refused(validate(header.encode(), FLIGHTS))


def test_rows_that_are_wide_are_looked_at_a_few_at_a_time() -> None:
    found = list(chunks.parts(iter([1000] * 1000), lambda cells: cells))
    assert sum(map(len, found)) == 1000
    assert max(map(sum, found)) <= chunks.CELLS + 1000


def test_objects_of_which_each_has_a_name_of_its_own_take_memory_in_proportion() -> None:
    data = "".join(json.dumps({f"name {n}": n}) + "\n" for n in range(4000)).encode()
    tracemalloc.start()
    table = validate(data, FLIGHTS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table.counts == {"rows": 4000, "valid": 0, "quarantined": 4000}
    assert peak < 60 * MEGABYTE
    assert len(table.ignored) == MOST_IGNORED + 1
    assert table.ignored[-1] == "…"


def test_an_object_as_long_as_a_file_is_refused_without_being_read() -> None:
    data = b'{"id": "' + b"x" * 1_100_000 + b'"}\n' + as_json(ROWS[:1])
    table = validate(data, FLIGHTS)
    assert table.counts == {"rows": 2, "valid": 1, "quarantined": 1}
    assert "at most 1,000,000 characters" in refused(table)


def test_quarantine_keeps_fewer_rows_where_they_are_wide() -> None:
    refusals = Refusals()
    for n in range(20):
        refusals.add(n, dict.fromkeys(map(str, range(KEPT_CELLS // 10))), [])
    assert len(refusals.kept) == 10
    assert refusals.rows == 20


def test_a_quote_that_is_never_closed_is_told_by_the_line_it_begins_on() -> None:
    lines = as_csv(ROWS).splitlines()
    lines[3] = '"' + lines[3]
    assert "in the row that begins on line 4: close its quotes" in refused(validate("\n".join(lines).encode(), FLIGHTS))


@pytest.mark.parametrize("write", [lambda rows: as_csv(rows).encode(), as_json, as_parquet])
def test_personal_data_in_a_column_that_nobody_knows_are_found_in_every_format(write: Any) -> None:
    rows = [{**row, "remark": "ada@example.org" if n == 2 else "fine"} for n, row in enumerate(ROWS)]
    table = validate(write(rows), FLIGHTS)
    assert table.counts == {"rows": 6, "valid": 5, "quarantined": 1}
    assert "remark=[e-mail address]: it holds an e-mail address, which nobody declared" in refused(table)
    assert table.ignored == ("remark",)


def test_personal_data_deep_in_an_unknown_value_and_in_a_name_are_not_repeated() -> None:
    table = validate(as_json([{**ROWS[0], "who": [{"to": "ada@example.org"}]}]), FLIGHTS)
    assert "[e-mail address]" in refused(table)
    assert validate(as_json([{**ROWS[0], "ada@example.org": 1}]), FLIGHTS).ignored == ("[e-mail address]",)


def test_an_identifier_that_came_as_a_number_is_no_more_in_clear_than_one_that_came_as_text() -> None:
    schema = Schema("visits", (
        Field("id", "string", "visit"), Field("patient", "string", "who", mark="identifier"),
        Field("home", "string", "where", mark="personal", nullable=True),
    ), key=("id",))  # fmt: skip
    ring = KeyRing({1: b"k" * 32})
    rows = [{"id": "v1", "patient": 47110815, "home": 12345}, {"id": "v2", "patient": 47110816, "home": None}]
    came = {"records": validate(as_json(rows), schema)}
    kept = protect(came, {"records": schema}, ring, Register(ring, {}))["records"]
    told = "".join(refusal.to_json() for refusal in kept.refusals)
    assert "4711" not in told
    assert "12345" not in told
    assert [refusal.row["patient"] for refusal in kept.refusals] == [
        ring.pseudonym(n) for n in ("47110815", "47110816")
    ]
    erased = Register.read(ring, [json.dumps(entry(ring, ["47110815"])).encode()])
    left = protect(came, {"records": schema}, ring, erased)["records"]
    assert [refusal.row["id"] for refusal in left.refusals] == ["v2"]
