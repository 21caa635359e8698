"""What will not change any more is written once: executions that have ended, and log lines.

ministack would copy and write all of them whenever anything changed, so that a state that grows makes each save dearer.
"""

from __future__ import annotations

import copy
import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ministack.services import cloudwatch_logs, stepfunctions

EXECUTIONS = (
    "state_machines", "tags", "activities", "state_machine_versions", "state_machine_aliases", "map_runs",
)  # fmt: skip
LOGS = (
    "destinations", "resource_policies", "log_group_policies", "metric_filters", "queries", "delivery_sources",
    "delivery_destinations", "deliveries",
)  # fmt: skip

_SCHEMA = """
CREATE TABLE IF NOT EXISTS execution (key TEXT PRIMARY KEY, record TEXT);
CREATE TABLE IF NOT EXISTS line (stream TEXT, number INTEGER, event TEXT, PRIMARY KEY (stream, number));
"""

Key = tuple[str, str, str]  # account, region, name


def install(path: Path) -> None:
    """Let Step Functions and CloudWatch Logs keep what is settled in a file of ours."""
    archive = Archive(path)
    stepfunctions.get_state = archive.executions_state
    cloudwatch_logs.get_state = archive.logs_state
    for module, restore in ((stepfunctions, archive.restore_executions), (cloudwatch_logs, archive.restore_logs)):
        module.load_persisted_state = _restoring(restore, module.load_persisted_state)


def _restoring(ours: Any, ministacks: Any) -> Any:
    def load_persisted_state(state: dict[str, Any]) -> None:
        ours(state)
        ministacks(state)

    return load_persisted_state


class Archive:
    """One SQLite file; each save adds what is new."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)
        self._ended = {key for (key,) in self._database.execute("SELECT key FROM execution")}
        self._lines: dict[str, tuple[int, str]] = {}  # by stream: how many lines are here, and the id of the last

    def executions_state(self) -> dict[str, Any]:
        """Step Functions' state without the executions that have ended; those are here afterwards."""
        executions = type(stepfunctions._executions)()
        ended: dict[str, Any] = {}
        for key, execution in list(stepfunctions._executions._data.items()):
            if execution["status"] == "RUNNING":
                executions._data[key] = copy.deepcopy(execution)
            else:
                ended[json.dumps(key)] = execution
        with self._lock:
            new = [(key, json.dumps(ended[key])) for key in ended.keys() - self._ended]
            gone = self._ended - ended.keys()
            self._write("INSERT OR REPLACE INTO execution VALUES (?, ?)", new)
            self._write("DELETE FROM execution WHERE key = ?", [(key,) for key in gone])
            self._ended = set(ended)
        others = {name: copy.deepcopy(getattr(stepfunctions, f"_{name}")) for name in EXECUTIONS}
        return {**others, "executions": executions}

    def restore_executions(self, state: dict[str, Any]) -> None:
        """Put the executions that had ended back into a state."""
        executions = state.setdefault("executions", type(stepfunctions._executions)())
        with self._lock:
            for key, record in self._database.execute("SELECT key, record FROM execution"):
                executions._data[_key(key)] = json.loads(record)

    def logs_state(self) -> dict[str, Any]:
        """CloudWatch Logs' state without the log lines; those are here afterwards."""
        groups = type(cloudwatch_logs._log_groups)()
        there: set[str] = set()
        for key, group in list(cloudwatch_logs._log_groups._data.items()):
            streams = {}
            for name, stream in list(group["streams"].items()):
                streams[name] = copy.deepcopy({**stream, "events": []})
                identity = json.dumps([*key, name])
                there.add(identity)
                self._add(identity, stream["events"])
            groups._data[key] = {**copy.deepcopy({**group, "streams": {}}), "streams": streams}
        self._forget(there)
        others = {name: copy.deepcopy(getattr(cloudwatch_logs, f"_{name}")) for name in LOGS}
        return {**others, "log_groups": groups, "log_records": type(cloudwatch_logs._log_records)()}

    def restore_logs(self, state: dict[str, Any]) -> None:
        """Put the log lines back into their streams."""
        groups = state.setdefault("log_groups", type(cloudwatch_logs._log_groups)())
        records = state.setdefault("log_records", type(cloudwatch_logs._log_records)())
        with self._lock:
            rows = self._database.execute("SELECT stream, event FROM line ORDER BY stream, number").fetchall()
        for identity, text in rows:
            account, region, group, name = json.loads(identity)
            stream = groups._data.get((account, region, group), {}).get("streams", {}).get(name)
            if stream is not None:
                event = json.loads(text)
                stream["events"].append(event)
                records._data[account, region, event["eventId"]] = _record(event, group, name)
                self._lines[identity] = (len(stream["events"]), event["eventId"])

    def _add(self, identity: str, events: list[dict[str, Any]]) -> None:
        """Write the lines of a stream that are new; all of them where some came late and lie between others."""
        with self._lock, cloudwatch_logs._log_events_lock:
            count, last = self._lines.get(identity, (0, ""))
            if len(events) == count:
                return
            if count and events[count - 1]["eventId"] != last:
                self._write("DELETE FROM line WHERE stream = ?", [(identity,)])
                count = 0
            new = [(identity, number, json.dumps(events[number])) for number in range(count, len(events))]
            self._write("INSERT OR REPLACE INTO line VALUES (?, ?, ?)", new)
            self._lines[identity] = (len(events), events[-1]["eventId"] if events else "")

    def _forget(self, there: set[str]) -> None:
        """Delete the lines of streams that are gone."""
        with self._lock:
            gone = self._lines.keys() - there
            self._write("DELETE FROM line WHERE stream = ?", [(identity,) for identity in gone])
            for identity in gone:
                del self._lines[identity]

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        rows = list(rows)
        if rows:
            self._database.execute("BEGIN")
            self._database.executemany(statement, rows)
            self._database.execute("COMMIT")


def _record(event: dict[str, Any], group: str, stream: str) -> Any:
    """What ministack finds a single line by."""
    return cloudwatch_logs._build_log_record(
        ptr=event["eventId"],
        timestamp_ms=event["timestamp"],
        message=event["message"],
        log_group=group,
        log_stream=stream,
    )


def _key(text: str) -> Key:
    account, region, name = json.loads(text)
    return account, region, name
