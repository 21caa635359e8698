"""The report of a simulation: its JSON, its pictures, its page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

import usecases
from cumulet.contracts.settings import AlarmSettings
from cumulet.core.tasks import MultiClass, Regression
from cumulet.core.track_record import TrackRecord
from cumulet.reports import page, plots
from cumulet.reports.simulation import Simulated, live_spans, to_bytes
from cumulet.reports.words import NAMES

FIRST = date(2013, 4, 1)
NIGHTS = [FIRST + timedelta(days=n) for n in range(40)]


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    rng = np.random.default_rng(5)
    y = (rng.random(4000) < 0.3).astype(float)
    days = np.repeat(np.array(NIGHTS, "datetime64[D]"), 100)
    p = np.clip(0.3 + 0.2 * (y - 0.3) + 0.1 * rng.normal(size=4000), 0, 1)
    return Simulated(
        use_case=usecases.load("flights"),
        limits=AlarmSettings(calibration_gap=0.06, skill=-0.02),
        measured={day: {"Records": 100.0, "CalibrationGap": 0.05, "RocAuc": 1 / 3} for day in NIGHTS},
        models={day: "1" if day < date(2013, 4, 20) else "3" for day in NIGHTS},
        packages=[
            {"version": "1", "status": "Approved", "trained_until": "2013-04-01T07:00:00+00:00", "alarm": "",
             "refusals": ""},
            {"version": "2", "status": "Rejected", "trained_until": "2013-04-15T07:00:00+00:00", "alarm": "Skill",
             "refusals": "ROC-AUC < 0.6 & <b>worse</b>"},
            {"version": "3", "status": "Approved", "trained_until": "2013-04-19T07:00:00+00:00",
             "alarm": "CalibrationGap", "refusals": ""},
        ],
        alarms=[
            {"at": "2013-04-15 07:01", "metric": "Skill", "state": "ALARM"},
            {"at": "2013-04-18 07:01", "metric": "Skill", "state": "OK"},
            {"at": "2013-04-19 07:01", "metric": "CalibrationGap", "state": "ALARM"},
        ],
        record=TrackRecord(days=days, y=y, forecasts={"live models": p, "prior rate": np.full(4000, 0.3)}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def report(simulated) -> dict:
    return simulated.to_json()


def test_it_counts_nights_records_and_retrainings_by_alarm(report):
    assert (report["nights"], report["records"], report["retrainings"]) == (40, 4000, 2)
    assert (report["first"], report["last"]) == ("2013-04-01", "2013-05-10")


def test_a_metric_that_a_night_did_not_measure_is_null(report):
    assert report["series"][0] == {
        "date": "2013-04-01", "CalibrationGap": 0.05, "Skill": None, "RocAuc": 0.333333, "PredictionDrift": None,
        "InputDrift": None,
    }  # fmt: skip


def test_equal_nights_are_equal_bytes(simulated, report):
    assert to_bytes(simulated.to_json()) == to_bytes(report)
    assert json.loads(to_bytes(report)) == report


def test_the_spans_of_the_live_models_follow_one_another():
    models = {NIGHTS[0]: "1", NIGHTS[1]: "1", NIGHTS[2]: "2", NIGHTS[3]: "1"}
    assert live_spans(models) == [
        {"model": "1", "first": "2013-04-01", "last": "2013-04-02"},
        {"model": "2", "first": "2013-04-03", "last": "2013-04-03"},
        {"model": "1", "first": "2013-04-04", "last": "2013-04-04"},
    ]


def test_an_alarm_is_red_from_its_change_to_the_next_or_to_the_end(report):
    day = timedelta(days=1)
    epoch = date(1970, 1, 1)
    [closed], [open_] = plots.red_spans(report, "Skill"), plots.red_spans(report, "CalibrationGap")
    assert closed == ((date(2013, 4, 15) - epoch) / day, (date(2013, 4, 18) - epoch) / day)
    assert open_ == ((date(2013, 4, 19) - epoch) / day, (date(2013, 5, 10) - epoch) / day)


def test_the_page_is_the_same_bytes_each_time(report):
    assert page.render(report) == page.render(report)


def test_the_page_needs_nothing_from_elsewhere(report):
    html = page.render(report)
    assert html.count("<svg") == 6
    assert "<script" not in html
    assert not re.search(r"""(src|href)=["'](?!#)""", html.replace("xlink:href", "href"))
    assert "@import" not in html


def test_days_that_were_set_aside_are_shown_with_their_reasons(simulated, report):
    assert report["set_aside"] == []
    assert "set aside" not in page.render(report)
    found = replace(simulated, set_aside={NIGHTS[3]: ["2 rows, expected 880 to 1020"]}).to_json()
    assert found["set_aside"] == [{"date": "2013-04-04", "reasons": ["2 rows, expected 880 to 1020"]}]
    assert re.search(r"2013-04-04</td>.*2 rows, expected 880 to 1020", page.render(found))


def test_text_of_the_gate_is_shown_as_text(report):
    html = page.render(report)
    assert "ROC-AUC &lt; 0.6 &amp; &lt;b&gt;worse&lt;/b&gt;" in html


def test_every_model_every_change_and_every_month_is_in_a_table(report):
    html = page.render(report)
    for expected in ("2013-04-15 07:01", "Rejected", "2013-05</td>", "started by hand"):
        assert expected in html


def test_a_shift_is_named_on_the_page_and_in_the_report_and_without_one_nothing_is_said(simulated, report):
    assert report["shift"] is None
    assert "shifted on purpose" not in page.render(report)
    storm = {"name": "storm_season", "title": "Twice the <odds>", "start": "2013-05-01"}
    shifted = replace(simulated, shift=storm).to_json()
    assert shifted["shift"] == storm
    html = page.render(shifted)
    assert "from 2013-05-01 on the source was shifted on purpose by" in html
    assert "storm_season</b>, “Twice the &lt;odds&gt;”" in html


def forecasts(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Labels (n,) and forecasts of a kind of use case, 40 nights of 100 records."""
    rng = np.random.default_rng(5)
    task = usecases.load(name).task
    if isinstance(task, Regression):
        y = rng.poisson(100, 4000).astype(float)
        return y, y + rng.normal(0, 9, 4000)
    if isinstance(task, MultiClass):
        return rng.integers(0, len(task.classes), 4000).astype(float), rng.dirichlet(np.ones(len(task.classes)), 4000)
    return (rng.random(4000) < 0.3).astype(float), rng.random(4000)


@pytest.mark.parametrize("name", usecases.names())
def test_every_kind_of_use_case_has_a_page_with_figures_of_its_own(simulated: Simulated, name: str) -> None:
    y, p = forecasts(name)
    use_case, days = usecases.load(name), simulated.record.days
    record = TrackRecord(days=days, y=y, forecasts={"live models": p, "other": p[::-1]})
    html = page.render(replace(simulated, use_case=use_case, record=record).to_json())
    cards = re.findall(r'<div class="card"><b>(.*?)</b><span>(.*?)</span>', html)
    assert len({label for _, label in cards}) == len(cards) == 6
    assert "–" not in {figure for figure, _ in cards}
    assert cards[1][1] == NAMES[use_case.task.compared[0]]
    assert html.count("<svg") == 6
