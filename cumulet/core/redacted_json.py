"""JSON documents and JSON Lines without somebody."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

from cumulet.core.redaction import ERASED, Redacted, Subject


def json_document(data: bytes, subject: Subject) -> Redacted:
    """JSON without the elements of lists that are about the subject; other mentions become a word.

    Read as text where it is no JSON after all.
    """
    try:
        value, rows = _scrubbed(json.loads(data), subject)
    except (ValueError, RecursionError):
        return Redacted(subject.redacted(data.decode(errors="surrogateescape")).encode(errors="surrogateescape"), 0)
    indent = 1 if data.startswith(b"{\n ") else None
    separators = None if indent else (",", ":")
    return Redacted(_written(value, indent=indent, separators=separators, sort_keys=True), rows)


def json_lines(data: bytes, subject: Subject) -> Redacted:
    """JSON Lines without the lines about the subject, the others as they are or with a word for a mention."""
    kept, rows = [], 0
    for line in data.splitlines(keepends=True):
        if not any(map(subject.is_in, (line, *escaped_texts(line)))):
            kept.append(line)
        elif parsed(line) is None or subject.names_row(parsed(line)):
            rows += 1
        else:
            value, _ = _scrubbed(parsed(line), subject)
            kept.append(_written(value) + b"\n")
    return Redacted(b"".join(kept), rows, len(kept))


def escaped_texts(data: bytes) -> Iterator[bytes]:
    r"""The texts of JSON that has escapes: in `"x\nada"` and `"\u0061da"` no search for bytes finds ada.

    Of a document all of them at once, of JSON Lines those of each line.
    """
    if b"\\" not in data:
        return
    whole = parsed(data)
    for value in [whole] if whole is not None else map(parsed, data.splitlines()):
        yield "\n".join(_texts(value)).encode(errors="surrogatepass")


def is_json(data: bytes) -> bool:
    """Whether a text starts like a JSON object or list, whatever its name says."""
    return data[:1000].removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def parsed(line: bytes) -> Any:
    """The value of a JSON object or list; None where it is none, or one that is too deep or too long to be read."""
    try:
        return json.loads(line) if is_json(line) else None
    except (ValueError, RecursionError):
        return None


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names too; of one that is too deep none."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each


def _written(value: Any, **form: Any) -> bytes:
    """JSON as people read it; in escapes where half a surrogate pair has no other spelling."""
    try:
        return json.dumps(value, ensure_ascii=False, **form).encode()
    except UnicodeEncodeError:
        return json.dumps(value, **form).encode()


def _scrubbed(value: Any, subject: Subject) -> tuple[Any, int]:
    """The value without what is about the subject, and how many elements of lists went."""
    if isinstance(value, str):
        return (ERASED if subject.is_named(value) else subject.redacted(value)), 0
    if subject.is_named(value):
        return ERASED, 0
    if isinstance(value, dict):
        found = {name: _scrubbed(each, subject) for name, each in value.items() if not subject.is_named(name)}
        named = {subject.redacted(name): each for name, (each, _) in found.items()}
        return named, sum(n for _, n in found.values())
    if isinstance(value, list):
        gone = [subject.names_row(each) and not _holds_rows(each, subject) for each in value]
        kept = [_scrubbed(each, subject) for each, goes in zip(value, gone, strict=True) if not goes]
        return [each for each, _ in kept], sum(gone) + sum(n for _, n in kept)
    return value, 0


def _holds_rows(value: Any, subject: Subject) -> bool:
    """Whether the row about the subject is deeper, in a list of this value's own."""
    if isinstance(value, list):
        return True
    return isinstance(value, dict) and any(
        isinstance(each, list) and subject.names_row(each) for each in value.values()
    )
