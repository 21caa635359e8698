"""Nights by the clock: each once, in order, again from where it stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from cumulet.adapters import alarms, metrics, simulation
from cumulet.adapters.simulation import Simulation
from cumulet.contracts.errors import JobError
from cumulet.core.performance import PerformanceSketch

FIRST, LAST = date(2013, 4, 1), date(2013, 4, 4)


def cut_off(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, tzinfo=UTC)


class World:
    """A clock whose schedule runs a night at each cut-off that it passes, and a CloudWatch that has its metrics."""

    def __init__(self) -> None:
        self.time = cut_off(FIRST) - timedelta(days=1)
        self.handed_over: set[date] = set()
        self.log: list[str] = []
        self.measured: dict[datetime, float] = {}
        self.broken: set[date] = set()
        self.well: set[date] = set()
        self.bad: set[date] = set()
        self.aside: dict[date, list[str]] = {}

    def now(self) -> datetime:
        return self.time

    def freeze(self, moment: datetime | None = None) -> None:
        self.time = moment or self.time
        self.log.append("freeze" if moment else "stay")

    def advance(self, to: datetime) -> None:
        day = to.date()
        if self.time < cut_off(day) <= to:
            assert day in self.handed_over
            if day not in self.broken:
                self.night(day)
        self.time = to

    def list(self, prefix: str) -> list[str]:
        return [f"{prefix}dt={day}/{name}" for day in self.aside & self.well for name in ("_day.html", "_day.json")]

    def night(self, day: date) -> None:
        self.log.append(str(day))
        self.well.add(day)
        if day in self.bad:
            self.aside[day] = ["12 rows, expected 880 to 1020"]
        else:
            self.measured[cut_off(day)] = 900.0

    def ended(self, day: date) -> bool:
        return day in self.well

    def failure(self) -> str:
        return "Score: States.TaskFailed: no model"

    def reactions(self) -> None:
        self.log.append("reactions")


@pytest.fixture
def world(monkeypatch) -> World:
    world = World()
    monkeypatch.setattr(
        metrics,
        "read",
        lambda namespace, dimensions, names, first, last: {
            "Records": {at: value for at, value in world.measured.items() if first <= at <= last}
        },
    )
    monkeypatch.setattr(alarms, "states", lambda names: [{"metric": "Skill", "state": "ALARM"}])
    monkeypatch.setattr(simulation, "hand_over", lambda source, lake, use_case, day: world.handed_over.add(day) or 3)
    return world


@pytest.fixture
def simulated(world) -> Simulation:
    nights = SimpleNamespace(clock=world, cut_off=cut_off, source=None, lake=world, use_case="flights")
    return Simulation(
        nights=nights,
        days=SimpleNamespace(all_set_aside=lambda: set(world.aside), reasons=lambda day: world.aside.get(day, [])),
        sketches=SimpleNamespace(performance=lambda day, model: PerformanceSketch(rows=day.day)),
        label_lag_days=2,
        champion=SimpleNamespace(model=lambda: "1"),
        alarms=["a"],
        recovery=world,
    )


def test_every_night_runs_once_in_order_on_a_frozen_clock(world, simulated):
    found = list(simulated.run(FIRST, LAST))
    assert [night.date for night in found] == [date(2013, 4, n) for n in (1, 2, 3, 4)]
    assert world.log == ["freeze", "2013-04-01", "2013-04-02", "2013-04-03", "2013-04-04"]


def test_a_night_tells_its_metrics_alarms_model_and_what_was_judged(simulated):
    night = next(simulated.run(FIRST, LAST))
    assert (night.metrics, night.champion, night.red) == ({"Records": 900.0}, "1", ("Skill",))
    assert night.performance.rows == 30  # two days before the first of April


def test_alarms_have_an_hour_after_each_cut_off(world, simulated):
    list(simulated.run(FIRST, LAST))
    assert world.time == cut_off(LAST) + timedelta(hours=1)


def test_it_stops_after_the_night_under_way_and_goes_on_with_the_next(world, simulated):
    ran = []
    for night in simulated.run(FIRST, LAST, lambda: len(ran) >= 2):
        ran.append(night.date.day)
    assert ran == [1, 2]
    assert [night.date.day for night in simulated.run(FIRST, LAST)] == [3, 4]
    assert world.log.count("2013-04-02") == 1


def test_going_on_first_finishes_what_the_last_night_had_set_off(world, simulated):
    next(simulated.run(FIRST, LAST))
    list(simulated.run(FIRST, LAST))
    assert world.log == ["freeze", "2013-04-01", "stay", "reactions", "2013-04-02", "2013-04-03", "2013-04-04"]


def test_a_clock_of_another_year_is_set_to_the_first_night(world, simulated):
    world.time = datetime(2026, 11, 23, tzinfo=UTC)
    assert len(list(simulated.run(FIRST, LAST))) == 4


def test_a_night_that_a_kill_interrupted_is_run_by_hand_where_the_clock_stands(world, simulated):
    world.time = cut_off(FIRST)
    world.broken = {FIRST}
    next(simulated.run(FIRST, LAST))
    assert world.log == ["stay", "2013-04-01"]


def test_a_night_that_was_killed_between_its_metrics_and_its_end_is_run_again(world, simulated):
    next(simulated.run(FIRST, LAST))
    world.well.clear()
    list(simulated.run(FIRST, LAST))
    assert world.log[:4] == ["freeze", "2013-04-01", "stay", "2013-04-01"]


def test_what_is_all_done_runs_nothing(simulated):
    list(simulated.run(FIRST, LAST))
    assert list(simulated.run(FIRST, LAST)) == []


def test_what_the_last_night_of_all_had_set_off_is_finished_too(world, simulated):
    list(simulated.run(FIRST, LAST))
    list(simulated.run(FIRST, LAST))
    assert world.log[-1] == "reactions"


def test_a_night_whose_schedule_came_to_nothing_is_run_by_hand(world, simulated):
    world.broken = {date(2013, 4, 2)}
    assert len(list(simulated.run(FIRST, LAST))) == 4
    assert world.log.count("2013-04-02") == 1


def test_a_day_that_is_set_aside_has_no_score_and_the_next_night_follows(world, simulated):
    world.bad = {date(2013, 4, 2)}
    found = list(simulated.run(FIRST, LAST))
    assert [night.set_aside for night in found] == ["", "12 rows, expected 880 to 1020", "", ""]
    assert found[1].metrics == {}
    assert found[2].metrics == {"Records": 900.0}


def test_a_day_that_is_set_aside_is_done_and_not_run_again(world, simulated):
    world.bad = {LAST}
    list(simulated.run(FIRST, LAST))
    assert simulated.done(FIRST, LAST) == {date(2013, 4, n) for n in (1, 2, 3, 4)}
    assert list(simulated.run(FIRST, LAST)) == []
    assert world.log.count("2013-04-04") == 1


def test_a_night_that_leaves_no_metrics_is_an_error_that_says_why(world, simulated, monkeypatch):
    world.broken = {date(2013, 4, 2)}
    monkeypatch.setattr(world, "night", lambda day: None)
    with pytest.raises(JobError, match=r"2013-04-01 left no metrics: Score: States\.TaskFailed"):
        list(simulated.run(FIRST, LAST))
