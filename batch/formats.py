"""The formats that records and predictions travel in: Parquet, JSON Lines, CSV; all become typed columns."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cumulet.adapters import parquet
from cumulet.contracts.errors import SchemaError
from cumulet.core.context import with_context
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase

PARQUET, JSON_LINES, CSV = "application/x-parquet", "application/jsonlines", "text/csv"


def decode(use_case: UseCase, body: bytes, content_type: str) -> tuple[Columns, Mapping[str, str]]:
    """Records with context as columns, and the metadata that Parquet carries.

    Raises SchemaError when columns are absent, a record breaks the schema, or the format is none of the three.
    """
    if content_type == PARQUET:
        columns = parquet.decode(body)
        _require(use_case, columns)
        return columns, parquet.metadata(body)
    if content_type == JSON_LINES:
        records = [json.loads(line) for line in body.decode().splitlines() if line.strip()]
    elif content_type == CSV:
        records = [_parse(use_case, row) for row in csv.DictReader(io.StringIO(body.decode()))]
    else:
        raise SchemaError(f"content type {content_type!r}: send {PARQUET}, {JSON_LINES} or {CSV}")
    for number, record in enumerate(records, start=1):
        _check(use_case, number, record)
    return with_context(use_case, records), {}


def encode(columns: Columns, accept: str) -> bytes:
    """Predictions in the format asked for; CSV has a header. Raises SchemaError for another format."""
    if accept == PARQUET:
        return parquet.encode(columns)
    names, rows = list(columns), list(zip(*(_plain(column) for column in columns.values()), strict=True))
    if accept == JSON_LINES:
        return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()
    if accept == CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([names, *rows])
        return text.getvalue().encode()
    raise SchemaError(f"accept {accept!r}: ask for {PARQUET}, {JSON_LINES} or {CSV}")


def _plain(column: np.ndarray) -> list[Any]:
    if column.dtype.kind == "M":
        return [f"{moment}Z" for moment in np.datetime_as_string(column).tolist()]
    return column.tolist()


def _parse(use_case: UseCase, row: Mapping[str, str | None]) -> dict[str, Any]:
    context = use_case.context.names
    record = use_case.schema.parse({name: text for name, text in row.items() if name not in context})
    for name in context:
        if name in row:
            record[name] = float(row[name]) if row[name] else None
    return record


def _check(use_case: UseCase, number: int, record: Mapping[str, Any]) -> None:
    context = use_case.context.names
    _require(use_case, {**dict.fromkeys(use_case.schema.names), **record}, where=f"record {number}: ")
    problems = use_case.schema.check({name: value for name, value in record.items() if name not in context})
    if problems:
        raise SchemaError(f"record {number}: " + "; ".join(map(str, problems)), problems)
    odd = [n for n in context if record[n] is not None and not _finite(record[n])]
    if odd:
        raise SchemaError(f"record {number}: {', '.join(odd)}: give a finite number, or null where it is missing")


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _require(use_case: UseCase, columns: Mapping[str, Any], where: str = "") -> None:
    absent = [name for name in (*use_case.schema.names, *use_case.context.names) if name not in columns]
    if absent:
        raise SchemaError(
            f"{where}{', '.join(absent)} absent; send records with context features, as features/ has them. Where a"
            " night has not written them, its code declares others than this model's: train and release a model "
            f"(cumulet train {use_case.name})"
        )
