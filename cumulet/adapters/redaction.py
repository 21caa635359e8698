"""Objects of the lake without somebody: what a format hides (compression, archives, columns) is opened first.

As in ingest the content decides what an object is; its name only where the content does not tell.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable

from cumulet.adapters import parquet_redaction
from cumulet.adapters.opening import DAMAGE, GZIP, PARQUET, ZIP, Opening, encoding_of, inflated, is_tar
from cumulet.contracts.erasure import zone
from cumulet.core.redacted_csv import csv_file, table_rows
from cumulet.core.redacted_json import is_json, json_document, json_lines
from cumulet.core.redaction import Redacted, Subject, text_lines

AS_IT_CAME = ("raw", "quarantine")
"""Zones of what somebody else wrote: what cannot be mended there goes as a whole."""
EPOCH = (1980, 1, 1, 0, 0, 0)


def is_in(data: bytes, subject: Subject) -> bool:
    """Whether the subject is anywhere in an object."""
    return any(map(subject.is_in, Opening(data, subject.columns)))


def without(key: str, data: bytes, subject: Subject) -> Redacted:
    """An object without the subject; the same bytes where they are not in it.

    A file as it was handed over that cannot be read, or still names them afterwards, loses the lines that do; where
    there are no lines it is emptied.
    """
    if not is_in(data, subject):
        return Redacted(data, 0)
    try:
        left = _without(key, data, subject)
    except DAMAGE:
        left = Redacted(data, 0)
    if zone(key) in AS_IT_CAME and is_in(left.data, subject):
        left = text_lines(data, subject)
        return Redacted(b"", max(1, left.rows), 0) if is_in(left.data, subject) or _is_binary(data) else left
    return left


def values(key: str, data: bytes, column: str, subject: Subject | None = None) -> set[str]:
    """What a column of a table says, of all its rows or of those about a subject; nothing where it is no table."""
    try:
        return _values(key, data, column, subject)
    except DAMAGE:
        return set()


def _without(key: str, data: bytes, subject: Subject) -> Redacted:
    if not is_in(data, subject):
        return Redacted(data, 0)
    if data.startswith(PARQUET):
        return parquet_redaction.without(data, subject)
    if data.startswith(GZIP):
        inner = _without(_unpacked_name(key), inflated(data)[0], subject)
        return Redacted(gzip.compress(inner.data, compresslevel=6, mtime=0), inner.rows, inner.left)
    if is_tar(data):
        return _tar_without(data, subject)
    if data.startswith(ZIP):
        return _zip_without(data, subject)
    if encoding := encoding_of(data):
        inner = _without(key, data.decode(encoding).encode(), subject)
        return Redacted(inner.data.decode().encode(encoding), inner.rows, inner.left)
    return _text_form(key, data)(data, subject)


def _text_form(key: str, data: bytes) -> Callable[[bytes, Subject], Redacted]:
    name = key.removesuffix(".out").lower()
    if name.endswith((".jsonl", ".ndjson")) or (name.endswith(".csv") and is_json(data)):
        return json_lines
    return csv_file if name.endswith(".csv") else json_document


def _values(key: str, data: bytes, column: str, subject: Subject | None) -> set[str]:
    if data.startswith(PARQUET):
        return parquet_redaction.values(data, column, subject)
    if data.startswith(GZIP):
        return _values(_unpacked_name(key), inflated(data)[0], column, subject)
    if data.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [archive.read(name) for name in archive.namelist()]
        return set().union(*(_values(_unpacked_name(key), each, column, subject) for each in inside))
    if encoding := encoding_of(data):
        return _values(key, data.decode(encoding).encode(), column, subject)
    about = [row for row in table_rows(key, data) if subject is None or subject.names_row(row)]
    found = (row.get(column) for row in about)
    return {str(value) for value in found if value and isinstance(value, str | int)}


def _unpacked_name(key: str) -> str:
    return key.removesuffix(".gz").removesuffix(".zip").replace(".tgz", ".tar")


def _is_binary(data: bytes) -> bool:
    return data.startswith((PARQUET, GZIP, ZIP)) or is_tar(data)


def _tar_without(data: bytes, subject: Subject) -> Redacted:
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
            inner = _without(entry.name, stream.read(), subject)
            entry.size, rows = len(inner.data), rows + inner.rows
            target.addfile(entry, io.BytesIO(inner.data))
    return Redacted(out.getvalue(), rows)


def _zip_without(data: bytes, subject: Subject) -> Redacted:
    """A zip of the same members, those that name the subject rewritten."""
    out, rows = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            inner = _without(member.filename, source.read(member), subject)
            rows += inner.rows
            target.writestr(zipfile.ZipInfo(member.filename, EPOCH), inner.data, zipfile.ZIP_DEFLATED)
    return Redacted(out.getvalue(), rows)
