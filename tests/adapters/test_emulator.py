"""Finding the emulator, or saying that there is none."""

from __future__ import annotations

import json
import socket

from cumulet.adapters import emulator


def test_no_record_means_no_emulator(tmp_path):
    assert emulator.running(tmp_path / "emulator") is None


def test_a_record_of_one_that_is_gone_means_no_emulator(tmp_path):
    (tmp_path / "emulator.json").write_text(json.dumps({"endpoint": "http://127.0.0.1:9", "pid": 1}))
    assert emulator.running(tmp_path / "emulator") is None
    assert emulator.stop(tmp_path / "emulator") is False


def test_a_busy_port_is_replaced_by_a_free_one():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert emulator.free_port(taken) != taken


def test_on_aws_the_clock_cannot_be_set():
    from datetime import UTC, datetime

    assert emulator.Clock("").set(datetime(2013, 4, 1, tzinfo=UTC)) is False


def test_an_emulator_that_answers_on_the_port_is_not_taken_for_ones_own(tmp_path, monkeypatch):
    """Between the look at a port and its use another emulator may take it: then it is another port."""
    first = emulator.start(tmp_path / "first" / "emulator", port=0)
    try:
        taken = int(first.endpoint.rsplit(":", 1)[1])
        ports = iter([taken, 0])
        monkeypatch.setattr(emulator, "free_port", lambda port: next(ports) or free())
        second = emulator.start(tmp_path / "second" / "emulator")
        assert (second.endpoint, second.pid) != (first.endpoint, first.pid)
        assert emulator.running(tmp_path / "second" / "emulator").pid == second.pid
    finally:
        for name in ("first", "second"):
            emulator.stop(tmp_path / name / "emulator")


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
