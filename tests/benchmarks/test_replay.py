from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

import usecases
from benchmarks.replay import Champion, Production
from cumulet.contracts.settings import AlarmSettings

BORN, NIGHTS = date(2020, 1, 1), 12
LIMITS = AlarmSettings(calibration_gap=0.06, skill=0.0, nights=3, cool_down_days=5)
GOOD, GAP, POOR = ({"gap": gap, "skill": skill} for gap, skill in ((0.01, 0.5), (0.09, 0.5), (0.01, -0.1)))


@dataclass(frozen=True)
class Scripted(Production):
    """Production whose nights measure what is written, and whose trainings the gate refuses or lets pass."""

    script: tuple[dict[str, float], ...] = ()
    refused: tuple[str, ...] = ()

    def standing(self, champion, night):
        return self.script[(night - BORN).days] if (night - BORN).days < len(self.script) else {}

    def train(self, night, champion):
        return Champion(None, night + timedelta(days=1), champion.predictions + 1), list(self.refused)


def run(*script: dict[str, float], refused: tuple[str, ...] = (), shape: tuple[int, ...] = ()):
    days = np.arange(NIGHTS).repeat(2) + np.datetime64(BORN)
    history = SimpleNamespace(rows=SimpleNamespace(days=days))
    production = Scripted(usecases.load("income"), history, LIMITS, script, refused)
    champion = Champion(None, BORN, np.zeros((len(days), *shape)))
    return production.run(champion, BORN + timedelta(days=NIGHTS - 1))


def red(replayed) -> list[int]:
    return [n for n, night in enumerate(replayed.nights) if night["red"]]


def test_an_alarm_is_red_from_the_third_night_in_a_row_that_breaks_its_limit():
    assert red(run(GAP, GAP, GOOD, GAP, GAP, GAP, refused=("no",))) == [5]


def test_each_alarm_counts_its_own_nights():
    assert red(run(GAP, POOR, GAP, POOR, GAP, POOR)) == []


def test_a_night_without_a_figure_breaks_nothing():
    assert red(run(GAP, GAP, {}, GAP, GAP)) == []


def test_the_candidate_of_an_alarm_scores_from_the_next_night_on():
    replayed = run(GAP, GAP, GAP)
    assert [each["night"] for each in replayed.trainings] == ["2020-01-03"]
    assert replayed.forecasts[::2].tolist() == [0, 0, 0] + [1] * (NIGHTS - 3)


def test_an_alarm_that_stays_red_after_a_refusal_asks_again_when_the_cool_down_is_over():
    replayed = run(*[GAP] * NIGHTS, refused=("no better",))
    assert [each["night"] for each in replayed.trainings] == ["2020-01-03", "2020-01-08"]
    assert (replayed.forecasts == 0).all()


@pytest.mark.parametrize("shape", [(), (3,)], ids=["numbers", "classes"])
def test_forecasts_have_the_shape_of_the_task(shape):
    assert run(GOOD, shape=shape).forecasts.shape == (2 * NIGHTS, *shape)
