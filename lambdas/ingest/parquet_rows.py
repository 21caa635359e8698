"""Parquet: typed columns, read a few thousand rows at a time; what they say of their own size is looked at first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cumulet.contracts.errors import SchemaError
from cumulet.core.schema import Schema
from lambdas.ingest.chunks import ROWS, Chunk, require
from lambdas.ingest.json_rows import same
from lambdas.ingest.unpack import MEGABYTE, too_large, unusable

CELL = 8
"""Bytes that a cell takes at least once it is read, however small the file that says a million times the same."""
THRIFT = {"thrift_string_size_limit": 10 * MEGABYTE, "thrift_container_size_limit": MEGABYTE}
WHOLE_SECONDS = re.compile(r"\.0*$")


def read(data: bytes, schema: Schema, limit: int) -> Iterator[Chunk]:
    """The rows of a Parquet file. Raises SchemaError when it is damaged, or larger than `limit` bytes once read."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data), **THRIFT)
        names = file.schema_arrow.names
        _within(file, limit)
        _require(schema, file, names)
        unknown = frozenset(names) - set(schema.names)
        strangers = sorted(name for name in unknown if _is_text(file.schema_arrow.field(name).type))
        wanted = [*(name for name in schema.names if name in names), *strangers]
        # A column of text stays a dictionary: one long text a million times over stays one.
        texts = [name for name in wanted if name in unknown or schema.field(name).kind == "string"]
        options = {"metadata": file.metadata, "read_dictionary": texts, "page_checksum_verification": True, **THRIFT}
        file = pq.ParquetFile(pa.BufferReader(data), **options)
        done = 0
        for batch in file.iter_batches(ROWS, columns=wanted, use_threads=False):
            if batch.num_rows:
                yield _chunk(schema, batch, done, unknown)
            done += batch.num_rows
    except (pa.ArrowException, OSError, ValueError, UnicodeError, OverflowError) as error:
        raise unusable("file", str(error)[:300], "hand the Parquet file over again, it is damaged") from error


def _within(file: pq.ParquetFile, limit: int) -> None:
    groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
    size = max(sum(g.total_byte_size for g in groups), file.metadata.num_rows * file.metadata.num_columns * CELL)
    if size > limit:
        raise too_large(f"{size / MEGABYTE:.0f} MB when read", limit)


def _require(schema: Schema, file: pq.ParquetFile, names: list[str]) -> None:
    """Raises SchemaError with the number of rows that are lost with their columns."""
    try:
        require(schema, names)
        for name in schema.names:
            if name in names and pa.types.is_nested(file.schema_arrow.field(name).type):
                raise unusable(name, str(file.schema_arrow.field(name).type), "give a plain column, no list or struct")
    except SchemaError as error:
        error.rows = max(1, file.metadata.num_rows)
        raise


def _chunk(schema: Schema, batch: pa.RecordBatch, done: int, unknown: frozenset[str]) -> Chunk:
    kinds = {each.name: each.kind for each in schema.fields}
    values = {name: _values(batch.column(name), kinds.get(name, "string")) for name in batch.schema.names}
    return Chunk(
        lines=range(done + 1, done + 1 + batch.num_rows),
        values=values,
        parse=same,
        row=partial(_row, values),
        unknown=unknown,
    )


def _is_text(kind: pa.DataType) -> bool:
    """Whether an unknown column holds text, in which personal data are looked for."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _values(column: pa.Array, kind: str) -> list[Any]:
    """Values as JSON would have them: moments as text in the form of their kind."""
    if pa.types.is_dictionary(column.type):
        words, indices = _values(column.dictionary, kind), column.indices.to_pylist()
        return [None if n is None else words[n] for n in indices]
    if pa.types.is_timestamp(column.type):
        return [_moment(text, kind, column.type.tz is not None) for text in _texts(column)]
    if pa.types.is_date(column.type):
        return _texts(column.cast(pa.date32()))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        large = column.cast(pa.large_binary()) if pa.types.is_large_string(column.type) else column.cast(pa.binary())
        return [_text(value) for value in large.to_pylist()]
    values = column.to_pylist()
    return [float(v) for v in values] if pa.types.is_decimal(column.type) and None not in values else values


def _texts(column: pa.Array) -> list[str | None]:
    """Moments as ISO text, however far away."""
    texts = np.datetime_as_string(column.to_numpy(zero_copy_only=False)).tolist()
    return [None if text == "NaT" else text for text in texts]


def _moment(text: str | None, kind: str, zoned: bool) -> str | None:
    if text is None:
        return None
    text = WHOLE_SECONDS.sub("", text)
    if kind == "datetime" and not zoned:
        return text.removesuffix(":00") if len(text) == len("2013-04-01T05:15:00") else text
    return f"{text}Z" if zoned else text


def _text(value: bytes | None) -> Any:
    """Text, or the bytes that are none."""
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return value


def _row(values: dict[str, list[Any]], n: int) -> dict[str, Any]:
    return {name: column[n] for name, column in values.items()}
