"""The code of functions stays on disk: ministack would hold every zip in memory, and hash and read them all again."""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import secrets
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc, s3

from emulator.files import write_atomically

Code = bytes | mmap.mmap


class StoredCode(mmap.mmap):
    """A zip mapped from ministack's folder of them; for ministack as good as its bytes, and copied as a reference."""

    sha: str

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, str]:
        """What ministack writes into its state in place of the bytes. It copies a function only to save it."""
        if not _path(self.sha).exists():  # swept away between the upload and the function that was made of it
            write_atomically(_path(self.sha), self[:])
        self.rest()
        return {lambda_svc._BLOB_REF_KEY: self.sha}

    def rest(self) -> None:
        """Give back the memory of the pages that were read."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.madvise(mmap.MADV_DONTNEED)


def install() -> None:
    """Let functions made from S3, and functions restored at a start, have stored code."""
    fetch = lambda_svc._fetch_code_from_s3

    def fetch_and_store(bucket: str, key: str, version_id: str | None = None) -> Code | None:
        content = fetch(bucket, key, version_id)
        return _store(content, s3._object_disk_path(bucket, key)) if content else content

    read = lambda_svc._read_code_blob
    serve = lambda_svc.serve_function_code

    def serve_bytes(*arguments: Any, **more: Any) -> tuple[int, dict[str, str], bytes]:
        status, headers, content = serve(*arguments, **more)
        return status, headers, content[:]

    lambda_svc._fetch_code_from_s3 = fetch_and_store
    lambda_svc._read_code_blob = lambda sha: _stored(sha) or read(sha)
    lambda_svc.serve_function_code = serve_bytes


def sha256_of(code: Code) -> str:
    """The digest that names the zip, as ministack names it; free for stored code."""
    return code.sha if isinstance(code, StoredCode) else hashlib.sha256(code).hexdigest()


def content_of(code: Code) -> bytes:
    """The zip; of stored code a copy, whose pages are given back."""
    content = code[:]
    if isinstance(code, StoredCode):
        code.rest()
    return content


def _store(content: bytes, source: str | None) -> StoredCode | None:
    """Keep a zip; where S3's file has the same content it is linked (ministack replaces files, it never edits them)."""
    sha = hashlib.sha256(content).hexdigest()
    path = _path(sha)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        link = path.with_suffix(f".{secrets.token_hex(8)}")
        try:
            os.link(source or "", link)
            if Path(link).read_bytes() == content:
                link.replace(path)
        except OSError:
            pass
        finally:
            link.unlink(missing_ok=True)
        if not path.exists():
            write_atomically(path, content)
    return _stored(sha)


def _stored(sha: str) -> StoredCode | None:
    with contextlib.suppress(OSError, ValueError), _path(sha).open("rb") as file:  # ValueError: an empty file
        code = StoredCode(file.fileno(), 0, access=mmap.ACCESS_READ)
        code.sha = sha
        return code
    return None


def _path(sha: str) -> Path:
    return Path(os.fspath(lambda_svc.CODE_BLOB_DIR)) / f"{sha}.zip"
