"""Parquet files without somebody: rows about them go, mentions in the cells of others become a word."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cumulet.adapters import parquet
from cumulet.adapters.parquet_texts import is_text, texts
from cumulet.contracts.errors import SchemaError
from cumulet.core.redaction import Redacted, Subject


def without(data: bytes, subject: Subject) -> Redacted:
    """A Parquet file without the rows about the subject."""
    table = _read(data)
    kept = table.filter(pc.invert(_about(table, subject)))
    for at, field in enumerate(kept.schema):
        column = _redacted(kept.column(at), subject)
        kept = kept.set_column(at, pa.field(field.name, column.type, metadata=field.metadata), column)
    kept = kept.replace_schema_metadata(_told(kept.schema.metadata or {}, subject))
    sink = pa.BufferOutputStream()
    pq.write_table(kept.combine_chunks(), sink, compression="zstd", version="2.6")
    written = bytes(sink.getvalue().to_pybytes())
    return Redacted(_as_ours(written) if _is_ours(data) else written, len(table) - len(kept), len(kept))


def values(data: bytes, column: str, subject: Subject | None) -> set[str]:
    """The texts in a column, of all rows or of those about a subject."""
    table = _read(data)
    if column not in table.column_names:
        return set()
    chosen = table.filter(_about(table, subject)) if subject else table
    found = (_text(value) for value in chosen.column(column).unique().to_pylist())
    return {value for value in found if value}


def _read(data: bytes) -> pa.Table:
    """The table, its dictionaries and views as plain texts."""
    table = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    for at, field in enumerate(table.schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        kind = pa.large_string() if pa.types.is_string_view(kind) else kind
        if kind != field.type:
            table = table.set_column(at, pa.field(field.name, kind), table.column(at).cast(kind))
    return table


def _about(table: pa.Table, subject: Subject) -> pa.Array:
    """A mask (n,) of the rows about the subject."""
    names = [name for name in table.column_names if name in subject.columns]
    columns = [table.column(name).to_pylist() for name in names] or [[None] * table.num_rows]
    cells = zip(*columns, strict=True)
    return pa.array([any(subject.is_named(_text(cell)) for cell in row) for row in cells], pa.bool_())


def _redacted(column: pa.ChunkedArray, subject: Subject) -> pa.ChunkedArray | pa.Array:
    """A column with a word for each mention; a cell that is no text and holds one (a list, bytes) is emptied."""
    if not any(subject.is_in(text) for chunk in column.chunks for text in texts(chunk)):
        return column
    if is_text(column.type):
        cells = [None if cell is None else subject.redacted(cell) for cell in column.to_pylist()]
        return pa.array(cells, column.type)
    whole = column.combine_chunks()
    holds = [any(map(subject.is_in, texts(whole.slice(n, 1)))) for n in range(len(whole))]
    return pa.array([None if there else cell for cell, there in zip(whole.to_pylist(), holds, strict=True)], whole.type)


def _told(metadata: dict[bytes, bytes], subject: Subject) -> dict[bytes, bytes]:
    """What the footer says of the table; where it names the subject that entry goes."""
    return {name: text for name, text in metadata.items() if not subject.is_in(name + b"\n" + text)}


def _text(cell: Any) -> Any:
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell) if isinstance(cell, int) else cell


def _is_ours(data: bytes) -> bool:
    """Whether `parquet.encode` wrote the file."""
    try:
        return _as_ours(data) == data
    except (SchemaError, pa.ArrowException, ValueError):
        return False


def _as_ours(data: bytes) -> bytes:
    """A table as `parquet.encode` writes it: the bytes that a night without the subject would have left."""
    return parquet.encode(parquet.decode(data), parquet.metadata(data))
