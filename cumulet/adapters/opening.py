"""What an object holds, opened: compressed, packed, in columns, in UTF-16, behind JSON's escapes.

Raw keeps whatever was handed over, damaged files and bombs too: what cannot be opened is counted, and stops nobody.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from cumulet.adapters.parquet_texts import batches, texts
from cumulet.core.redacted_json import escaped_texts

PARQUET, GZIP, ZIP, TAR = b"PAR1", b"\x1f\x8b", b"PK\x03\x04", b"ustar"
TAR_MAGIC_AT = 257
LARGEST = 1 << 29
"""Bytes of an archive's content that are looked at; ingest refuses what is larger than a tenth of it."""
STEP = 1 << 16
GZIP_WINDOW = 31
"""zlib's word for a gzip header and the largest window."""
MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
DAMAGE: tuple[type[Exception], ...] = (
    *(EOFError, OSError, RuntimeError, NotImplementedError, ValueError, zlib.error),
    *(zipfile.BadZipFile, tarfile.TarError, pa.ArrowException),
)
"""What the readers of the formats raise."""


def is_tar(data: bytes) -> bool:
    """Whether it is an archive of tar's."""
    return data[TAR_MAGIC_AT : TAR_MAGIC_AT + len(TAR)] == TAR


def encoding_of(data: bytes) -> str:
    """`utf-16…` or `utf-32` where a text is in it, by its mark or, without one, by the NULs between its letters."""
    marked = next((name for mark, name in MARKS if data.startswith(mark)), "")
    odd, even = data[1:400:2], data[0:400:2]
    if marked or len(odd) < len("id"):
        return marked
    little, big = odd.count(0) > len(odd) * 0.8 > even.count(0), even.count(0) > len(even) * 0.8 > odd.count(0)
    return "utf-16-le" if little else "utf-16-be" if big else ""


def inflated(data: bytes) -> tuple[bytes, bool]:
    """The content of a gzip file as far as it can be unpacked, all its members, and whether that is all."""
    out = io.BytesIO()
    while data.startswith(GZIP):
        stream = zlib.decompressobj(GZIP_WINDOW)
        at = 0
        while not stream.eof and at < len(data):
            part, at = data[at : at + STEP], at + STEP
            while part and not stream.eof:
                try:
                    out.write(stream.decompress(part, LARGEST))
                except zlib.error:
                    return out.getvalue(), False
                if out.tell() > LARGEST:
                    return out.getvalue()[:LARGEST], False
                part = stream.unconsumed_tail
        if not stream.eof:
            return out.getvalue(), False
        data = stream.unused_data + data[at:]
    return out.getvalue(), not data.strip(b"\0")


@dataclass
class Opening:
    """Every byte string that an object holds: its own bytes, and those that it holds compressed or packed."""

    data: bytes
    naming: Collection[str] = ()
    """Columns that name somebody: of these numbers are texts too."""
    whole: bool = field(default=True, init=False)
    """After the last one: whether all of it could be opened."""

    def __iter__(self) -> Iterator[bytes]:
        yield from self._opened(self.data)

    def _opened(self, data: bytes) -> Iterator[bytes]:
        yield data
        try:
            if data.startswith(GZIP):
                content, whole = inflated(data)
                self.whole &= whole
                yield from self._opened(content)
            elif is_tar(data):
                yield from self._entries(data)
            elif data.startswith(ZIP):
                yield from self._members(data)
            elif data.startswith(PARQUET):
                yield from self._cells(data)
            elif encoding := encoding_of(data):
                yield from self._opened(data.decode(encoding, errors="replace").encode(errors="replace"))
            else:
                yield from escaped_texts(data)
        except DAMAGE:
            self.whole = False

    def _entries(self, data: bytes) -> Iterator[bytes]:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for entry in tar:
                stream = tar.extractfile(entry) if entry.isfile() else None
                yield entry.name.encode(errors="surrogateescape")
                yield from self._opened(stream.read() if stream else b"")

    def _members(self, data: bytes) -> Iterator[bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield member.filename.encode(errors="surrogateescape")
                try:
                    with archive.open(member) as stream:
                        yield from self._opened(self._within(stream))
                except DAMAGE:
                    self.whole = False

    def _within(self, stream: IO[bytes]) -> bytes:
        content = stream.read(LARGEST)
        self.whole &= not stream.read(1)
        return content

    def _cells(self, data: bytes) -> Iterator[bytes]:
        """Every distinct text of a Parquet file: its cells, and what the footer keeps of them beside its own bytes."""
        for pair in (pq.read_schema(pa.BufferReader(data)).metadata or {}).items():
            yield b"\n".join(pair)
        for batch in batches(data):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                yield from texts(column, numbers=name in self.naming)
