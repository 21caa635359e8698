"""What a file is, by its first bytes: text that a CSV reader takes, Parquet, or what must be saved as one of them."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from cumulet.contracts.errors import ContractError, SchemaError

PARQUET: Final = b"PAR1"
OTHERS: Final = {
    b"PK\x03\x04": "an Excel workbook or another zip archive: save its sheet as CSV UTF-8, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save its sheet as CSV UTF-8",
    b"\x1f\x8b": "packed with gzip: unpack it (gunzip)",
    b"{": "JSON: save it as CSV, or as Parquet (pandas.read_json(…).to_parquet(…))",
    b"[": "JSON: save it as CSV, or as Parquet (pandas.read_json(…).to_parquet(…))",
    b"<": "a web page or XML: download the data themselves",
}
"""What a file may be instead, by its first bytes."""
MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Byte order marks, which say how a text is encoded."""


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet. Raises with a remedy where there is no file, or one that is no table."""
    if path.is_dir():
        raise ContractError(f"{path} is a folder: give one file, CSV or Parquet")
    if not path.is_file():
        raise ContractError(f"{path}: there is no such file")
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise SchemaError(f"{path} is empty: save it as CSV in UTF-8 with a header line, or as Parquet")
    found = next((what for magic, what in OTHERS.items() if head.lstrip().startswith(magic)), "")
    if found:
        raise SchemaError(f"{path} is {found}")
    return head.startswith(PARQUET)


def encoding_of(path: Path, said: str) -> str:
    """The encoding of a text: by its byte order mark, else as somebody said, else UTF-8.

    Raises SchemaError where the text is in another, with the line that shows it.
    """
    content = path.read_bytes()
    name = next((name for mark, name in MARKS.items() if content.startswith(mark)), said or "utf-8")
    try:
        content.decode(name)
    except LookupError as error:
        raise ContractError(f"--encoding {name}: there is none of this name; try cp1252 or latin-1") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        remedy = (
            f"not {name}" if said else "not UTF-8: say --encoding cp1252 if it comes from Windows, or save it as UTF-8"
        )
        raise SchemaError(f"{path}, line {line}: the text is {remedy}") from error
    return name
