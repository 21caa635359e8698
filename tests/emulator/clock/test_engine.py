"""What an advance does is the same however it is cut, and on every run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.clock import EmulatorClock
from emulator.clock.errors import AdvanceCancelled, ClockBusy, StillUnderWay

START = datetime(2013, 4, 1, tzinfo=UTC)
END = START + timedelta(hours=3)
Trace = list[tuple[float, str]]

never = bool  # bool() is False: nothing is stopped


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Every:
    """Starts a work at each multiple of an interval: it waits, starts a child, waits again."""

    def __init__(self, clock: EmulatorClock, name: str, interval_s: int, waits_s: list[int], trace: Trace) -> None:
        self.name, self._clock, self._interval_s, self._waits_s, self._trace = name, clock, interval_s, waits_s, trace

    def next_due(self, after: datetime) -> datetime | None:
        interval = timedelta(seconds=self._interval_s)
        return START + ((after - START) // interval + 1) * interval

    def fire(self, moment: datetime) -> None:
        self._note(f"{self.name} fires")
        self._begin(f"{self.name} {moment:%H:%M:%S}", self._waits_s)

    def _begin(self, name: str, waits_s: list[int]) -> None:
        work = self._clock.begin(name)
        threading.Thread(target=self._run, args=(work, name, waits_s), daemon=True).start()

    def _run(self, work: Any, name: str, waits_s: list[int]) -> None:
        with self._clock.underway.running(work):
            self._note(f"{name} begins")
            for number, wait_s in enumerate(waits_s):
                work.wait_until(self._clock.now() + timedelta(seconds=wait_s), never)
                self._note(f"{name} waited {number}")
            if waits_s:
                self._begin(f"{name}'s child", waits_s[1:])

    def _note(self, text: str) -> None:
        self._trace.append(((self._clock.now() - START).total_seconds(), text))


def frozen(path: Path) -> EmulatorClock:
    path.unlink(missing_ok=True)
    clock = EmulatorClock(path)
    clock.freeze(START)
    return clock


def trace_of(path: Path, agendas: list[tuple[int, list[int]]], stops: list[int]) -> Trace:
    clock, trace = frozen(path), Trace()
    for number, (interval_s, waits_s) in enumerate(agendas):
        clock.add(Every(clock, f"agenda {number}", interval_s, waits_s, trace), before_waits=number % 2 == 0)
    for stop in sorted(stops):
        clock.advance(after(stop))
    clock.advance(END)
    return trace


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    agendas=st.lists(
        st.tuples(st.sampled_from([600, 900, 1800, 3599]), st.lists(st.sampled_from([0, 60, 600, 900]), max_size=3)),
        min_size=1,
        max_size=3,
    ),
    stops=st.lists(st.integers(0, 3 * 3600) | st.sampled_from([600, 1800, 3600]), max_size=6),
)
def test_an_advance_is_the_same_however_it_is_cut(
    tmp_path: Path, agendas: list[tuple[int, list[int]]], stops: list[int]
) -> None:
    whole = trace_of(tmp_path / "clock.json", agendas, [])
    assert [moment for moment, _ in whole] == sorted(moment for moment, _ in whole)
    assert trace_of(tmp_path / "clock.json", agendas, stops) == whole
    assert trace_of(tmp_path / "clock.json", agendas, []) == whole


class Once:
    """Something is due at one moment; `do` is called then."""

    def __init__(self, name: str, moment: datetime, do: Callable[[], Any]) -> None:
        self.name, self._moment, self._do = name, moment, do

    def next_due(self, after: datetime) -> datetime | None:
        return self._moment if self._moment > after else None

    def fire(self, moment: datetime) -> None:
        self._do()


def test_at_one_moment_agendas_fire_in_order_with_those_who_wait_between(tmp_path: Path) -> None:
    clock, order = frozen(tmp_path / "clock.json"), list[str]()

    def wait() -> None:
        with clock.underway.running(work):
            work.wait_until(after(60), never)
            order.append("a wait")

    work = clock.begin("waits")
    threading.Thread(target=wait, daemon=True).start()
    for name in ("later", "last"):
        clock.add(Once(name, after(60), lambda name=name: order.append(name)))  # type: ignore[misc]
    clock.add(Once("first", after(60), lambda: order.append("first")), before_waits=True)
    clock.advance(after(60))
    assert order == ["first", "a wait", "later", "last"]


def test_what_one_agenda_makes_due_at_this_moment_fires_at_it(tmp_path: Path) -> None:
    clock, seen = frozen(tmp_path / "clock.json"), list[datetime]()
    clock.add(Once("maker", after(60), lambda: clock.add(Once("made", after(60), lambda: seen.append(clock.now())))))
    clock.advance(after(3600))
    assert seen == [after(60)]


def test_an_agenda_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    clock, seen = frozen(tmp_path / "clock.json"), list[datetime]()
    clock.add(Once("broken", after(60), lambda: 1 / 0))
    clock.add(Once("sound", after(60), lambda: seen.append(clock.now())))
    assert clock.advance(after(3600)) == 1
    assert seen == [after(60)]


def test_work_that_does_not_end_is_named_and_the_clock_stays_at_its_moment(tmp_path: Path) -> None:
    clock = frozen(tmp_path / "clock.json")
    clock.add(Once("start", after(60), lambda: clock.begin("training-job endless")))
    with pytest.raises(StillUnderWay, match=r"still under way after 0\.05 s: training-job endless"):
        clock.advance(END, limit_s=0.05)
    assert clock.now() == after(60)


def test_a_suspended_work_holds_nobody_up(tmp_path: Path) -> None:
    clock = frozen(tmp_path / "clock.json")
    work = clock.begin("waits for a person")
    with work.suspended():
        clock.advance(END)
    with pytest.raises(StillUnderWay):
        clock.advance(END, limit_s=0.01)
    work.end()
    clock.advance(END)


def test_an_advance_is_cancelled_where_it_stands_and_the_next_fires_the_rest(tmp_path: Path) -> None:
    clock, seen = frozen(tmp_path / "clock.json"), list[str]()
    work: list[Any] = []
    clock.add(Once("slow", after(60), lambda: (work.append(clock.begin("slow")), clock.cancel())))
    clock.add(Once("same moment", after(60), lambda: seen.append("same moment")))
    clock.add(Once("later", after(120), lambda: seen.append("later")))
    with pytest.raises(AdvanceCancelled):
        clock.advance(END)
    assert (clock.now(), seen) == (after(60), [])
    work[0].end()
    clock.advance(END)
    assert seen == ["same moment", "later"]
    assert len(work) == 1


def test_while_it_advances_nothing_else_moves_the_clock(tmp_path: Path) -> None:
    clock, refused = frozen(tmp_path / "clock.json"), list[str]()

    def interfere() -> None:
        for move in (lambda: clock.advance(END), lambda: clock.set(END), clock.use_real_time):
            with pytest.raises(ClockBusy) as busy:
                move()
            refused.append(str(busy.value))

    clock.add(Once("interferes", after(60), interfere))
    clock.advance(END)
    assert len(refused) == 3
    assert "DELETE /_emulator/clock/advance" in refused[0]


def test_who_waits_goes_on_when_it_is_stopped(tmp_path: Path) -> None:
    clock, stopped = frozen(tmp_path / "clock.json"), threading.Event()
    work, reached = clock.begin("waits"), list[bool]()
    thread = threading.Thread(target=lambda: reached.append(work.wait_until(END, stopped.is_set)))
    thread.start()
    stopped.set()
    clock.wake()
    thread.join(5)
    assert reached == [False]


def test_a_clock_that_runs_fires_by_itself_each_thing_once(tmp_path: Path) -> None:
    clock, fired = EmulatorClock(tmp_path / "clock.json"), threading.Event()
    clock.set(START)
    seen: list[str] = []
    clock.add(Once("soon", after(0.2), lambda: (seen.append("soon"), fired.set())))
    clock.start()
    try:
        assert fired.wait(10)
        work = clock.begin("waits")
        assert work.wait_until(clock.now() + timedelta(seconds=0.1), never)
        assert seen == ["soon"]
    finally:
        clock.stop()


def test_a_jump_passes_over_what_was_due_and_a_jump_back_makes_it_due_again(tmp_path: Path) -> None:
    clock, seen = frozen(tmp_path / "clock.json"), list[datetime]()
    clock.add(Once("missed", after(60), lambda: seen.append(clock.now())))
    clock.freeze(after(120))
    clock.advance(after(180))
    assert seen == []
    clock.freeze(START)
    clock.advance(after(180))
    clock.freeze(START)
    clock.advance(after(180))
    assert seen == [after(60), after(60)]


def test_killed_in_an_advance_it_stands_where_it_got_to_and_fires_what_had_not_settled_again(tmp_path: Path) -> None:
    path, saved = tmp_path / "clock.json", list[bytes]()
    clock = frozen(path)

    def work_until_it_is_kept() -> None:
        work = clock.begin("work")

        def run() -> None:
            while b"00:02:00" not in (content := path.read_bytes()):
                time.sleep(0.001)
            saved.append(content)
            work.end()

        threading.Thread(target=run, daemon=True).start()

    clock.add(Once("before", after(60), bool))
    clock.add(Once("killed in", after(120), work_until_it_is_kept))
    clock.advance(END, limit_s=10)
    path.write_bytes(saved[0])
    again, seen = EmulatorClock(path), list[str]()
    assert (again.now(), again.mode) == (after(120), "frozen")
    for name, moment in (("before", 60), ("killed in", 120), ("next", 180)):
        again.add(Once(name, after(moment), lambda name=name: seen.append(name)))  # type: ignore[misc]
    again.advance(END)
    assert seen == ["killed in", "next"]


def test_a_set_clock_runs_on_after_an_advance(tmp_path: Path) -> None:
    clock = EmulatorClock(tmp_path / "clock.json")
    clock.set(START)
    clock.advance(END)
    first = clock.now()
    time.sleep(0.01)
    assert END <= first < clock.now() < END + timedelta(seconds=30)
    assert clock.mode == "set"
