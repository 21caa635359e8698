"""Objects of the lake without somebody: what a format hides (compression, archives, columns) is opened first."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cumulet.adapters import parquet
from cumulet.core.redaction import Redacted, Subject, csv_file, json_document, json_lines, table_rows

PARQUET, GZIP, ZIP, TAR = b"PAR1", b"\x1f\x8b", b"PK\x03\x04", b"ustar"
TAR_MAGIC_AT = 257


def opened(data: bytes) -> Iterator[bytes]:
    """Every byte string that an object holds: its own bytes, and those that it holds compressed or packed."""
    yield data
    if data.startswith(GZIP):
        yield from opened(gzip.decompress(data))
    elif data[TAR_MAGIC_AT : TAR_MAGIC_AT + len(TAR)] == TAR:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for entry in tar:
                stream = tar.extractfile(entry) if entry.isfile() else None
                yield entry.name.encode()
                yield from opened(stream.read() if stream else b"")
    elif data.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from opened(archive.read(name))
    elif data.startswith(PARQUET):
        yield from _texts(data)


def is_in(data: bytes, subject: Subject) -> bool:
    """Whether the subject is anywhere in an object."""
    return any(map(subject.is_in, opened(data)))


def without(key: str, data: bytes, subject: Subject) -> Redacted:
    """An object without the subject; the same bytes where they are not in it."""
    if not is_in(data, subject):
        return Redacted(data, 0)
    if data.startswith(PARQUET):
        return _table_without(data, subject)
    if data.startswith(GZIP):
        inner = without(key.removesuffix(".gz").replace(".tgz", ".tar"), gzip.decompress(data), subject)
        return Redacted(gzip.compress(inner.data, compresslevel=6, mtime=0), inner.rows, inner.left)
    if data[TAR_MAGIC_AT : TAR_MAGIC_AT + len(TAR)] == TAR:
        return _archive_without(data, subject)
    name = key.removesuffix(".out").lower()
    if name.endswith(".csv"):
        return csv_file(data, subject)
    return json_lines(data, subject) if name.endswith((".jsonl", ".ndjson")) else json_document(data, subject)


def values(key: str, data: bytes, column: str, subject: Subject | None = None) -> set[str]:
    """What a column of a table says, of all its rows or of those about a subject; nothing where it is no table."""
    if data.startswith(PARQUET):
        table = _read(data)
        if column not in table.column_names:
            return set()
        chosen = table.filter(_about(table, subject)) if subject else table
        return {value for value in chosen.column(column).to_pylist() if isinstance(value, str) and value}
    if data.startswith(GZIP):
        return values(key.removesuffix(".gz"), gzip.decompress(data), column, subject)
    rows = table_rows(key, data)
    about = [row for row in rows if subject is None or subject.names_row(row)]
    return {row[column] for row in about if isinstance(row.get(column), str) and row[column]}


def _read(data: bytes) -> pa.Table:
    return pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)


def _strings(table: pa.Table) -> list[str]:
    return [
        field.name for field in table.schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    ]


def _about(table: pa.Table, subject: Subject) -> pa.Array:
    """A mask (n,) of the rows about the subject."""
    names = [name for name in _strings(table) if name in subject.columns]
    columns = [table.column(name).to_pylist() for name in names] or [[None] * table.num_rows]
    return pa.array([any(map(subject.is_named, cells)) for cells in zip(*columns, strict=True)], pa.bool_())


def _table_without(data: bytes, subject: Subject) -> Redacted:
    """A Parquet file without the rows about the subject."""
    table = _read(data)
    kept = table.filter(pc.invert(_about(table, subject)))
    for name in _strings(kept):
        values = [None if value is None else subject.redacted(value) for value in kept.column(name).to_pylist()]
        column = pa.array(values, kept.schema.field(name).type)
        kept = kept.set_column(kept.column_names.index(name), kept.schema.field(name), column)
    sink = pa.BufferOutputStream()
    pq.write_table(kept.combine_chunks(), sink, compression="zstd", version="2.6")
    written = bytes(sink.getvalue().to_pybytes())
    return Redacted(_as_ours(written) if _as_ours(data) == data else written, len(table) - len(kept), len(kept))


def _as_ours(data: bytes) -> bytes:
    """A table as `parquet.encode` writes it: the bytes that a night without the subject would have left."""
    return parquet.encode(parquet.decode(data), parquet.metadata(data))


def _archive_without(data: bytes, subject: Subject) -> Redacted:
    """A tar of the same entries, those that name the subject rewritten."""
    out, rows = io.BytesIO(), 0
    with (
        tarfile.open(fileobj=io.BytesIO(data), mode="r:") as source,
        tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as target,
    ):
        for entry in source:
            stream = source.extractfile(entry) if entry.isfile() else None
            if stream is None:
                target.addfile(entry)
                continue
            inner = without(entry.name, stream.read(), subject)
            entry.size, rows = len(inner.data), rows + inner.rows
            target.addfile(entry, io.BytesIO(inner.data))
    return Redacted(out.getvalue(), rows)


def _texts(data: bytes) -> Iterator[bytes]:
    """Every distinct text of a Parquet file: its cells, and what the footer keeps of them beside its own bytes."""
    file = pq.ParquetFile(pa.BufferReader(data))
    table = file.read(use_threads=False)
    for name in _strings(table):
        yield _lines(pc.unique(table.column(name)).to_pylist())
    for pair in (table.schema.metadata or {}).items():
        yield b"\n".join(pair)
    groups = (file.metadata.row_group(n) for n in range(file.metadata.num_row_groups))
    for column in (group.column(n) for group in groups for n in range(group.num_columns)):
        if column.statistics is not None and column.statistics.has_min_max:
            yield _lines([str(column.statistics.min), str(column.statistics.max)])


def _lines(texts: Sequence[str | None]) -> bytes:
    return "\n".join(text for text in texts if text is not None).encode()
