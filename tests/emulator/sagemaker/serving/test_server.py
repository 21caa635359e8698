"""The model server's defaults, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.sagemaker.serving.server import Handler, answer


@pytest.fixture
def handler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """A program that has model_fn and predict_fn only."""
    program = "model_fn = lambda folder: 2\npredict_fn = lambda data, model: [x * model for x in data]\n"
    (tmp_path / "served_by_test.py").write_text(program)
    monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "served_by_test.py")
    monkeypatch.syspath_prepend(tmp_path)
    return Handler()


def test_json_in_gives_json_out(handler: Handler) -> None:
    headers = {"content-type": "application/json"}
    assert answer(handler, "POST", "/invocations", headers, b"[1, 2]") == (200, b"[2, 4]", "application/json")


def test_csv_in_gives_csv_out(handler: Handler) -> None:
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    assert answer(handler, "POST", "/invocations", headers, b"1,2")[1] == b"2.0\n4.0\n"


def test_a_content_type_without_input_fn_is_unsupported(handler: Handler) -> None:
    status, body, _ = answer(handler, "POST", "/invocations", {"content-type": "application/x-parquet"}, b"")
    assert (status, b"application/x-parquet" in body) == (415, True)


def test_an_exception_is_a_500_with_its_traceback(handler: Handler) -> None:
    status, body, _ = answer(handler, "POST", "/invocations", {}, b"[null]")
    assert (status, b"TypeError" in body) == (500, True)


def test_ping_is_answered_and_other_paths_are_not(handler: Handler) -> None:
    assert answer(handler, "GET", "/ping", {}, b"")[0] == 200
    assert answer(handler, "GET", "/models", {}, b"")[0] == 404
