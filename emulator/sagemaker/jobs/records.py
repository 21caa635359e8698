"""Splitting an object into requests and joining the answers: SplitType, BatchStrategy, AssembleWith, DataProcessing.

Source: the SageMaker guide, "Batch transform" and "Associate prediction results with input records".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from jsonpath_ng.ext.parser import parse

MEGABYTE = 1 << 20


class TooLarge(Exception):
    """A record, or an object that is one request, exceeds MaxPayloadInMB."""


def payloads(content: bytes, *, split: str, strategy: str, limit_mb: int) -> Iterator[bytes]:
    """The bodies of the requests that one object makes."""
    limit = limit_mb * MEGABYTE
    if split != "Line":
        if len(content) > limit:
            raise TooLarge(f"{len(content)} bytes in one request; MaxPayloadInMB is {limit_mb}")
        yield content
        return
    batch: list[bytes] = []
    size = 0
    for line in content.splitlines(keepends=True):
        if len(line) > limit:
            raise TooLarge(f"a record of {len(line)} bytes; MaxPayloadInMB is {limit_mb}")
        if batch and (strategy == "SingleRecord" or size + len(line) > limit):
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield b"".join(batch)


def assemble(answers: list[bytes], how: str) -> bytes:
    """The output object: the answers one after the other, each a line when assembling with Line."""
    if how != "Line":
        return b"".join(answers)
    return b"".join(answer if answer.endswith(b"\n") else answer + b"\n" for answer in answers)


def filtered(body: bytes, content_type: str, path: str) -> bytes:
    """InputFilter: each record of a request reduced to what a JSONPath selects."""
    if path in ("", "$"):
        return body
    decode, encode = _codec(content_type)
    select = selector(path)
    return encode([select(record) for record in decode(body)])


def joined(source: bytes, answer: bytes, content_type: str, accept: str, path: str) -> bytes:
    """JoinSource Input, then OutputFilter: each input record with its prediction. JSON objects get `SageMakerOutput`;
    anything else becomes a list of the input's and the output's values.
    """
    records, predictions = _codec(content_type)[0](source), _codec(accept)[0](answer)
    if len(records) != len(predictions):
        raise ValueError(f"{len(records)} records joined with {len(predictions)} predictions: they must be as many")
    both = [_join(record, prediction) for record, prediction in zip(records, predictions, strict=True)]
    return _codec(accept)[1]([selector(path or "$")(record) for record in both])


def _join(record: Any, prediction: Any) -> Any:
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": prediction}
    return [*_as_list(record), *_as_list(prediction)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def selector(path: str) -> Callable[[Any], Any]:
    """What a JSONPath selects of a record: the one value, or the list of them. A list of indexes keeps its order."""
    expression = parse(path)
    definite = not any(sign in path for sign in ("*", "[:", ":]", ",", "..", "?"))

    def select(record: Any) -> Any:
        values = [match.value for match in expression.find(record)]
        return values[0] if definite and len(values) == 1 else values

    return select


def _codec(content_type: str) -> tuple[Callable[[bytes], list[Any]], Callable[[list[Any]], bytes]]:
    if content_type.startswith("text/csv"):
        return _read_csv, _write_csv
    if content_type.startswith(("application/json", "application/jsonlines")):
        return _read_lines, _write_lines
    raise ValueError(f"DataProcessing needs text/csv, application/json or application/jsonlines, not {content_type!r}")


def _read_csv(body: bytes) -> list[Any]:
    return list(csv.reader(io.StringIO(body.decode())))


def _write_csv(records: list[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(_as_list(record) for record in records)
    return buffer.getvalue().encode()


def _read_lines(body: bytes) -> list[Any]:
    return [json.loads(line) for line in body.splitlines() if line.strip()]


def _write_lines(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
