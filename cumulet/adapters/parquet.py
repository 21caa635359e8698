"""Columns to Parquet and back: equal columns are equal bytes, so a night run twice leaves the same.

object (None missing)      string
float64, float32           double, float; NaN is null
datetime64[m] (NaT)        timestamp without zone: local time
datetime64[s] (NaT)        timestamp in UTC
datetime64[D], int, bool   date, int, bool
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cumulet.contracts.errors import SchemaError
from cumulet.core.schema import Columns


def _to_arrow(name: str, values: np.ndarray) -> pa.Array:
    if values.dtype == object:
        try:
            return pa.array(values, pa.string())
        except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
            raise SchemaError(f"column {name!r}: expected strings or None ({error})") from error
    if values.dtype.kind == "M":
        unit = np.datetime_data(values.dtype)[0]
        if unit == "D":
            return pa.array(values, pa.date32())
        zone = None if unit == "m" else "UTC"
        return pa.array(values.astype("datetime64[ms]"), pa.timestamp("ms", tz=zone))
    return pa.array(values, from_pandas=True)


def _from_arrow(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_string(column.type):
        return _texts(column.combine_chunks())
    values: np.ndarray = column.combine_chunks().to_numpy(zero_copy_only=False)
    if pa.types.is_timestamp(column.type):
        return values.astype("datetime64[m]" if column.type.tz is None else "datetime64[s]")
    return np.array(values)  # a writable copy: Arrow's buffers are not


def _texts(column: pa.StringArray) -> np.ndarray:
    """Equal texts are one object: a column of a few airports takes a pointer a row, and is compared by pointers."""
    coded = column.dictionary_encode()
    if 2 * len(coded.dictionary) > len(column):
        return np.array(column.to_numpy(zero_copy_only=False))
    each = np.append(coded.dictionary.to_numpy(zero_copy_only=False), [None])
    found: np.ndarray = each[coded.indices.fill_null(len(coded.dictionary)).to_numpy()]
    return found


def encode(columns: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None) -> bytes:
    """One Parquet file (zstd) with the columns in their order and `metadata` in its schema.

    All columns have shape (n,). Raises SchemaError when their lengths differ or a string column holds something else.
    """
    if len({len(values) for values in columns.values()}) > 1:
        raise SchemaError(f"columns differ in length: { {name: len(v) for name, v in columns.items()} }")
    table = pa.table({name: _to_arrow(name, values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(dict(metadata or {})), sink, compression="zstd", version="2.6")
    return bytes(sink.getvalue().to_pybytes())


def decode(data: bytes, names: Sequence[str] | None = None) -> Columns:
    """The columns of a Parquet file, all or those named; dtypes as `encode` took them.

    Raises KeyError when a named column is absent. (`read_table` would load Arrow's data sets and query engine.)
    """
    file = pq.ParquetFile(pa.BufferReader(data))
    table = file.read(columns=None if names is None else list(names), use_threads=False)
    return {name: _from_arrow(table.column(name)) for name in (table.column_names if names is None else names)}


def metadata(data: bytes) -> dict[str, str]:
    """The metadata that `encode` was given."""
    stored = pq.read_schema(pa.BufferReader(data)).metadata or {}
    return {k.decode(): v.decode() for k, v in stored.items() if not k.startswith(b"ARROW:")}
