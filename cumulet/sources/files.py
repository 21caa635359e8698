"""Tables out of files, and the folders of installed packages that are nothing but files."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from cumulet.contracts.errors import NotFoundError


def folder_of(package: str, requirement: str) -> Path:
    """Where an installed package lies, without importing it. Raises NotFoundError when it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise NotFoundError(f"{package} is not installed: `pip install {requirement}`")
    return Path(next(iter(spec.submodule_search_locations)))


def read_csv(file: Path | bytes, columns: Sequence[str] = ()) -> pa.Table:
    """A CSV file, or the only one in a zip archive: these columns, or all. What is empty or NA is missing."""
    data = file if isinstance(file, bytes) else file.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(archive.namelist()[0])
    options = csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True, include_columns=list(columns))
    return csv.read_csv(io.BytesIO(data), convert_options=options)


def look_up(table: pa.Table, by: str, keys: pa.ChunkedArray | pa.Array) -> pa.Table:
    """For every key (n,) the first row of the table that has it in the column `by`; missing where none has."""
    return table.take(pc.index_in(keys, table[by].combine_chunks()))
