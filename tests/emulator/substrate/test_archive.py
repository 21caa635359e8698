"""Executions that have ended and log lines are written once, and are there again after a start."""

from __future__ import annotations

import copy
import json
import sqlite3
from pathlib import Path

import pytest
from ministack.services import cloudwatch_logs, stepfunctions

from emulator.substrate.archive import Archive

EXECUTION = ("000000000000", "us-east-1", "arn:execution:1")
OTHER = ("000000000000", "us-east-1", "arn:execution:2")
GROUP = ("000000000000", "us-east-1", "/aws/lambda/f")


def scoped(value: dict) -> object:
    found = type(stepfunctions._executions)()
    found._data.update(value)
    return found


def lines(*numbers: int) -> list[dict]:
    return [{"timestamp": n, "message": f"line {n}", "ingestionTime": n, "eventId": f"id-{n}"} for n in numbers]


@pytest.fixture
def world(monkeypatch):
    """ministack's stores, empty."""
    for module, name in ((stepfunctions, "_executions"), (cloudwatch_logs, "_log_groups")):
        monkeypatch.setattr(module, name, scoped({}))
    return stepfunctions._executions._data, cloudwatch_logs._log_groups._data


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "services" / "archive.sqlite"


def written(path: Path, table: str) -> int:
    return sqlite3.connect(path).execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - a test's own


def test_what_runs_is_in_the_state_and_what_has_ended_comes_back_from_the_archive(world, path):
    executions, _ = world
    executions[EXECUTION] = {"status": "SUCCEEDED", "output": "{}"}
    executions[OTHER] = {"status": "RUNNING"}
    state = Archive(path).executions_state()
    assert state["executions"]._data == {OTHER: {"status": "RUNNING"}}
    Archive(path).restore_executions(state)
    assert state["executions"]._data == executions


def test_an_execution_that_was_running_at_the_last_save_and_has_ended_since_has_ended(world, path):
    executions, _ = world
    archive = Archive(path)
    executions[EXECUTION] = {"status": "RUNNING"}
    saved = copy.deepcopy(archive.executions_state())
    executions[EXECUTION] = {"status": "SUCCEEDED"}
    archive.executions_state()
    Archive(path).restore_executions(saved)
    assert saved["executions"]._data[EXECUTION] == {"status": "SUCCEEDED"}


def test_an_execution_that_runs_again_or_is_deleted_leaves_the_archive(world, path):
    executions, _ = world
    archive = Archive(path)
    executions |= {EXECUTION: {"status": "FAILED"}, OTHER: {"status": "FAILED"}}
    archive.executions_state()
    executions[EXECUTION] = {"status": "RUNNING"}
    del executions[OTHER]
    assert archive.executions_state()["executions"]._data == {EXECUTION: {"status": "RUNNING"}}
    assert written(path, "execution") == 0


def test_an_execution_that_was_redriven_is_written_as_it_ended_at_last(world, path):
    executions, _ = world
    archive = Archive(path)
    for status in ("FAILED", "RUNNING", "SUCCEEDED"):
        executions[EXECUTION] = {"status": status}
        archive.executions_state()
    state = {}
    Archive(path).restore_executions(state)
    assert state["executions"]._data[EXECUTION] == {"status": "SUCCEEDED"}


def group_of(events: list[dict]) -> dict:
    return {"arn": "a", "streams": {"s": {"events": events, "uploadSequenceToken": "1"}}}


def test_log_lines_are_not_in_the_state_and_come_back_in_order(world, path):
    _, groups = world
    archive = Archive(path)
    groups[GROUP] = group_of(lines(1, 2))
    archive.logs_state()
    groups[GROUP]["streams"]["s"]["events"] += lines(3)
    state = archive.logs_state()
    assert state["log_groups"]._data[GROUP]["streams"]["s"] == {"events": [], "uploadSequenceToken": "1"}
    assert len(groups[GROUP]["streams"]["s"]["events"]) == 3  # ministack's own is untouched
    Archive(path).restore_logs(state)
    assert state["log_groups"]._data == groups
    assert json.loads(json.dumps(state["log_records"]._data[(*GROUP[:2], "id-3")]))["@message"] == "line 3"


def test_a_line_that_came_late_lies_where_it_belongs(world, path):
    _, groups = world
    archive = Archive(path)
    groups[GROUP] = group_of(lines(1, 5))
    archive.logs_state()
    groups[GROUP]["streams"]["s"]["events"] = lines(1, 3, 5)
    state = archive.logs_state()
    Archive(path).restore_logs(state)
    assert [e["timestamp"] for e in state["log_groups"]._data[GROUP]["streams"]["s"]["events"]] == [1, 3, 5]


def test_lines_are_written_once_also_by_the_archive_of_the_next_start(world, path):
    _, groups = world
    groups[GROUP] = group_of(lines(1, 2))
    state = Archive(path).logs_state()
    again = Archive(path)
    again.restore_logs(state)
    groups[GROUP]["streams"]["s"]["events"] += lines(3)
    again.logs_state()
    assert written(path, "line") == 3


def test_the_lines_of_a_stream_that_is_gone_go_too(world, path):
    _, groups = world
    archive = Archive(path)
    groups[GROUP] = group_of(lines(1, 2))
    archive.logs_state()
    del groups[GROUP]["streams"]["s"]
    archive.logs_state()
    assert written(path, "line") == 0
