"""Every text of a Parquet file, whatever the type of its column: what a search for somebody looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS = 50_000
"""That are looked at together."""


def batches(data: bytes) -> Iterator[pa.RecordBatch]:
    """A Parquet file, some rows at a time; its texts are dictionaries: one long text a million times over stays one."""
    names = [each.name for each in pq.read_schema(pa.BufferReader(data)) if is_text(each.type)]
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=names)
    yield from file.iter_batches(ROWS, use_threads=False)


def is_text(kind: pa.DataType) -> bool:
    """Whether values of a type are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def texts(column: pa.Array, *, numbers: bool = False) -> Iterator[bytes]:
    """The distinct texts in an array, however deep; with `numbers` whole numbers as well."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from texts(column.dictionary, numbers=numbers)
    elif isinstance(column, pa.ExtensionArray):
        yield from texts(column.storage, numbers=numbers)
    elif pa.types.is_struct(kind):
        for n in range(kind.num_fields):
            yield from texts(column.field(n), numbers=numbers)
    elif pa.types.is_map(kind):
        yield from texts(column.keys, numbers=numbers)
        yield from texts(column.items, numbers=numbers)
    elif pa.types.is_nested(kind):
        yield from texts(column.flatten(), numbers=numbers)
    elif is_text(kind) or _is_binary(kind) or (numbers and pa.types.is_integer(kind)):
        yield _lines(pc.unique(_plain(column)).to_pylist())


def _plain(column: pa.Array) -> pa.Array:
    """Views and bytes of a fixed size as Arrow's functions take them."""
    if pa.types.is_integer(column.type):
        return column
    return column.cast(pa.large_binary() if _is_binary(column.type) else pa.large_string())


def _is_binary(kind: pa.DataType) -> bool:
    forms = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(form(kind) for form in forms)


def _lines(values: Sequence[Any]) -> bytes:
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode(errors="surrogateescape")
        for value in values
        if value is not None
    )
