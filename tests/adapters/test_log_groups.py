"""Logs are read by the time of the target: in the emulator lines bear that of its clock, however long ago it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cumulet.adapters import log_groups

NOW = datetime(2011, 7, 5, 4, tzinfo=UTC)


class Logs:
    """A group with a line a day up to 2011-07-05."""

    def get_paginator(self, operation: str) -> Logs:
        return self

    def paginate(self, *, logGroupName: str, startTime: int) -> list[dict[str, Any]]:
        stamps = [int(datetime(2011, month, 4, tzinfo=UTC).timestamp() * 1000) for month in (5, 6, 7)]
        events = [{"eventId": str(at), "timestamp": at, "message": "done\n"} for at in stamps if at >= startTime]
        return [{"events": events}]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> log_groups.LogGroups:
    monkeypatch.setattr(log_groups, "client", lambda service: Logs())
    return log_groups.LogGroups(["group"])


def test_the_last_lines_are_those_before_the_target_s_now(reader: log_groups.LogGroups) -> None:
    assert reader.tail(10, NOW) == ["2011-07-04 00:00:00 done"]
    assert reader.tail(10, NOW, days=60) == ["2011-06-04 00:00:00 done", "2011-07-04 00:00:00 done"]
    assert reader.tail(1, NOW, days=90) == ["2011-07-04 00:00:00 done"]


def test_lines_that_come_are_followed_from_the_target_s_now(reader: log_groups.LogGroups) -> None:
    assert next(reader.follow(datetime(2011, 7, 1, tzinfo=UTC))) == "2011-07-04 00:00:00 done"
