"""Splitting, joining and filtering."""

from __future__ import annotations

import pytest

from emulator.sagemaker.jobs.records import MEGABYTE, TooLarge, assemble, filtered, joined, payloads


def split(content: bytes, strategy: str = "MultiRecord", limit_mb: int = 1) -> list[bytes]:
    """The payloads of an object split by lines."""
    return list(payloads(content, split="Line", strategy=strategy, limit_mb=limit_mb))


def test_a_batch_holds_as_many_lines_as_the_payload_allows() -> None:
    line = b"x" * (MEGABYTE // 2 - 1) + b"\n"
    assert split(line * 5) == [line * 2, line * 2, line]


def test_a_record_above_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        split(b"x" * (MEGABYTE + 1))


def test_nothing_makes_no_request() -> None:
    assert split(b"") == []


def test_answers_are_joined_as_they_are_or_line_by_line() -> None:
    assert assemble([b"1", b"2\n", b"3"], "None") == b"12\n3"
    assert assemble([b"1", b"2\n", b"3"], "Line") == b"1\n2\n3\n"


def test_an_input_filter_reduces_each_record() -> None:
    assert filtered(b"id,1,2\nid,3,4\n", "text/csv", "$[1:]") == b"1,2\n3,4\n"
    assert filtered(b'{"a": 1, "f": [2, 3]}\n', "application/jsonlines", "$.f") == b"[2, 3]\n"
    assert filtered(b"anything", "application/x-parquet", "$") == b"anything"


def test_a_json_object_gets_its_prediction_as_sagemaker_output() -> None:
    answer = joined(b'{"id": 1}\n', b"0.5\n", "application/jsonlines", "application/jsonlines", "")
    assert answer == b'{"id": 1, "SageMakerOutput": 0.5}\n'


def test_as_many_predictions_as_records_are_needed() -> None:
    with pytest.raises(ValueError, match="2 records joined with 1"):
        joined(b"1\n2\n", b"1\n", "text/csv", "text/csv", "")
