"""A raw object's content, unpacked within a limit: a bomb is never unpacked whole. Pure: bytes in, bytes out."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import IO

from cumulet.contracts.errors import Problem, SchemaError

MEGABYTE = 1_000_000
STEP = 1 << 20
GZIP, ZIP = b"\x1f\x8b", b"PK"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that need no more memory than a window of 32 kB."""


def unusable(field: str, value: object, remedy: str) -> SchemaError:
    """The error of a file that is refused as a whole."""
    return SchemaError(f"{field}={value}: {remedy}", (Problem(field, value, remedy),))


def too_large(what: str, limit: int) -> SchemaError:
    """The error of an object that is larger than the use case's limit, packed or not."""
    remedy = f"hand over at most {limit / MEGABYTE:g} MB a table; [ingest] megabytes in usecase.toml is the limit"
    return unusable("size", what, remedy)


def unpack(data: bytes, limit: int) -> bytes:
    """The content of a gzip or zip file (told from its first bytes), or the data themselves.

    Raises SchemaError when it is damaged, holds several files or a packed one, or is larger than `limit` bytes.
    """
    if not data.startswith((GZIP, ZIP)):
        return data
    try:
        content = _gunzip(data, limit) if data.startswith(GZIP) else _unzip(data, limit)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise unusable(
            "archive", f"{type(error).__name__}: {error}", "hand the file over again, it is damaged"
        ) from error
    if content.startswith((GZIP, ZIP)):
        raise unusable("archive", "packed twice", "pack it once, or not at all")
    return content


def _gunzip(data: bytes, limit: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return _read(file, limit)


def _unzip(data: bytes, limit: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [each for each in archive.infolist() if not each.is_dir()]
        if len(members) != 1:
            raise unusable("archive", f"{len(members)} files", "put one table into one archive")
        (member,) = members
        if member.compress_type not in METHODS or member.flag_bits & 1:
            raise unusable("archive", member.filename, "pack it with deflate and without a password, or not at all")
        with archive.open(member) as file:
            return _read(file, limit)


def _read(file: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    """Everything, in steps: what an archive says of its own size is not believed."""
    content = io.BytesIO()
    while step := file.read(STEP):
        if content.tell() + len(step) > limit:
            raise too_large(f"more than {limit / MEGABYTE:g} MB when unpacked", limit)
        content.write(step)
    return content.getvalue()
