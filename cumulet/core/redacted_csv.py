"""CSV files without somebody, and the rows of what is a table of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from cumulet.core.redacted_json import is_json, parsed
from cumulet.core.redaction import Redacted, Subject, text_lines


def csv_file(data: bytes, subject: Subject) -> Redacted:
    """A CSV file without the rows about the subject. A row is theirs when a naming column (or, where the row does not
    fit the header, any cell) is a key; mentions elsewhere become a word. What is no CSV loses the lines with a key."""
    text = data.decode("utf-8-sig", errors="surrogateescape")
    try:
        header, *lines = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (csv.Error, ValueError):
        return text_lines(data, subject)
    at = [n for n, name in enumerate(header) if name.strip() in subject.columns]
    rows = [row for row in lines if not _is_about(row, header, at, subject)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n")
    writer.writerows([header, *([subject.redacted(cell) for cell in row] for row in rows)])
    return Redacted(out.getvalue().encode(errors="surrogateescape"), len(lines) - len(rows))


def table_rows(key: str, data: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV or JSON Lines object, as far as they can be read."""
    if key.endswith((".jsonl", ".ndjson")) or (key.endswith(".csv") and is_json(data)):
        return [row for row in map(parsed, data.splitlines()) if isinstance(row, dict)]
    if not key.endswith(".csv"):
        return []
    text = io.StringIO(data.decode("utf-8-sig", errors="surrogateescape"), newline="")
    try:
        return list(csv.DictReader(text))
    except csv.Error:
        return []


def _is_about(row: Sequence[str], header: Sequence[str], at: Sequence[int], subject: Subject) -> bool:
    cells = [row[n] for n in at] if len(row) == len(header) else row
    return any(map(subject.is_named, cells))
