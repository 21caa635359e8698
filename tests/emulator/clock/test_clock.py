from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.clock import EmulatorClock

THEN = datetime(2013, 4, 1, 7, tzinfo=UTC)


def test_it_is_real_time_by_default(tmp_path: Path) -> None:
    clock = EmulatorClock(tmp_path / "clock.json")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.mode == "real"


def test_it_stands_where_it_was_set_and_runs_on_at_real_speed(tmp_path: Path) -> None:
    clock = EmulatorClock(tmp_path / "clock.json")
    clock.set(THEN)
    first = clock.now()
    time.sleep(0.05)
    assert THEN <= first < clock.now() < THEN + timedelta(seconds=5)


def test_it_may_be_set_back_and_is_kept(tmp_path: Path) -> None:
    clock = EmulatorClock(tmp_path / "clock.json")
    clock.set(THEN)
    clock.set(THEN - timedelta(days=30))
    assert EmulatorClock(tmp_path / "clock.json").now() < THEN - timedelta(days=29)


def test_a_change_is_told_before_it_returns(tmp_path: Path) -> None:
    clock = EmulatorClock(tmp_path / "clock.json")
    seen: list[datetime] = []
    clock.on_change(lambda: seen.append(clock.now()))
    clock.set(THEN)
    assert [moment.date() for moment in seen] == [THEN.date()]
    clock.use_real_time()
    assert len(seen) == 2
    assert clock.mode == "real"


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        EmulatorClock(tmp_path / "clock.json").set(datetime(2013, 4, 1))
