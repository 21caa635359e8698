"""The first champion against its baselines, frozen, scored night by night as known at 03:00: April to December 2013.

    python -m benchmarks.models

Fitted on what was known at the cut-off of 2013-04-01. The same functions as the pipelines': source, schema, labels,
context, transform, fit. Also: when the performance alarm would have fired had nothing ever been retrained.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import usecases
from benchmarks.history import History
from cumulet.contracts.settings import AlarmSettings, UseCaseSettings
from cumulet.core import metrics
from cumulet.core.performance import PerformanceSketch
from cumulet.core.usecase import UseCase
from training import baselines, fitting
from training.dataset import Rows

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "models.json"
FIRST_DAY, FIRST_NIGHT, LAST_DAY = date(2013, 1, 1), date(2013, 4, 1), date(2013, 12, 31)
PERIODS = {
    "Apr–Jun": (FIRST_NIGHT, date(2013, 6, 30)),
    "Jul–Dec": (date(2013, 7, 1), LAST_DAY),
    "Apr–Dec": (FIRST_NIGHT, LAST_DAY),
}
WINDOW_DAYS, MINIMUM_DAYS, NIGHTS = 14, 7, 3
SHOWN = ("rows", "rate", "mean_prediction", "roc_auc", "pr_auc", "brier_skill", "skill_to_prior", "ece", "cost")
GOALS = {"roc_auc": 0.695, "brier_skill": 0.085}
MAX_AUC = 0.85
Floats = NDArray[np.float64]


def predictions(use_case: UseCase, train: Rows, later: Rows) -> tuple[dict[str, Floats], float]:
    """Predictions of every baseline and of the first candidate on the later rows, and the seconds of its fit."""
    state = use_case.fit_state(train.columns, train.y)
    matrices = use_case.transform(train.columns, state), use_case.transform(later.columns, state)
    found = {b.name: baselines.predict(use_case, b, train, later, matrices) for b in use_case.baselines}
    candidate, started = use_case.candidates[0], time.perf_counter()
    model = fitting.fit_candidate(candidate, matrices[0], train.y)
    seconds = time.perf_counter() - started
    return {**found, candidate.name: fitting.probabilities(model, matrices[1])}, seconds


def judge(use_case: UseCase, y: Floats, p: Floats, prior: float) -> dict[str, Any]:
    """Metrics on some rows. `brier_skill` is against those rows' own rate, `skill_to_prior` against the training rate
    as a forecast."""
    cost = use_case.cost
    found = metrics.summary(y, p, cost.threshold, miss=cost.miss, false_alarm=cost.false_alarm)
    return {**found, "skill_to_prior": 1 - metrics.brier(y, p) / metrics.brier(y, np.full(len(y), prior))}


def periods(days: NDArray[np.datetime64]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """The rows of each month, then of each period."""
    months = days.astype("datetime64[M]")
    yield from ((str(month), months == month) for month in np.unique(months))
    for name, (first, last) in PERIODS.items():
        yield name, (days >= np.datetime64(first)) & (days <= np.datetime64(last))


def standings(use_case: UseCase, later: Rows, known: NDArray[np.datetime64], p: Floats) -> Iterator[dict[str, Any]]:
    """What `monitor` would have measured each night: gap and skill over the last 14 labelled days."""
    sketches = {}
    for day in np.unique(later.days).tolist():
        judged = day + timedelta(days=use_case.label_lag_days)
        rows = (later.days == np.datetime64(day)) & (known <= np.datetime64(judged))
        sketches[judged] = PerformanceSketch.of(later.y[rows], p[rows])
        window = [sketches[night] for night in sketches if night > judged - timedelta(days=WINDOW_DAYS)]
        if len(window) >= MINIMUM_DAYS:
            merged = reduce(PerformanceSketch.merge, window)
            yield {"night": str(judged), "gap": merged.calibration_gap, "skill": merged.brier_skill}


def alarms(nights: list[dict[str, Any]], *, gap: float, skill: float) -> list[str]:
    """The nights in which either alarm would have gone off: three breaches in a row, none ongoing."""
    fired, on, runs = [], False, [0, 0]
    for night in nights:
        breaches = night["gap"] > gap, night["skill"] < skill
        runs = [run + 1 if breach else 0 for run, breach in zip(runs, breaches, strict=True)]
        if max(runs) >= NIGHTS and not on:
            fired.append(night["night"])
        on = max(runs) >= NIGHTS
    return fired


def alarm_history(nights: list[dict[str, Any]], limits: AlarmSettings) -> dict[str, list[str]]:
    """When alarms would have fired with the limits of the use case, and with tighter gaps."""
    gaps = dict.fromkeys((limits.calibration_gap, 0.05, 0.04))
    return {f"gap > {gap:g}": alarms(nights, gap=gap, skill=limits.brier_skill) for gap in gaps}


def show(title: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print one line per row."""
    print(f"\n{title:<24}" + "".join(f"{name:>16}" for name in SHOWN))
    for name, row in rows.items():
        values = (float("nan") if row[key] is None else row[key] for key in SHOWN)
        cells = (f"{value:,}" if isinstance(value, int) else f"{value:.4f}" for value in values)
        print(f"{name:<24}" + "".join(f"{cell:>16}" for cell in cells))


def main(name: str = "flights") -> None:
    """Measure, print, and write benchmarks/results/models.json."""
    use_case, started = usecases.load(name), time.perf_counter()
    history = History(use_case, FIRST_DAY, LAST_DAY)
    train, (later, known) = history.known_at(FIRST_NIGHT), history.since(FIRST_NIGHT)
    ready, prior = time.perf_counter() - started, float(train.y.mean())
    found, fit = predictions(use_case, train, later)
    parts = dict(periods(later.days))
    figures = {
        model: {part: judge(use_case, later.y[rows], p[rows], prior) for part, rows in parts.items()}
        for model, p in found.items()
    }
    champion = use_case.candidates[0].name
    for period in PERIODS:
        show(period, {model: by[period] for model, by in figures.items()})
    show(champion, figures[champion])
    nights = list(standings(use_case, later, known, found[champion]))
    limits = UseCaseSettings.load(ROOT / "usecases" / name / "usecase.toml").alarms
    fired = alarm_history(nights, limits)
    print("\nAlarms had the model been kept:")
    for rule, when in fired.items():
        print(f"  {rule}: {', '.join(when)}")
    seconds = {"history": round(ready, 1), "fit": round(fit, 2)}
    print(f"\ntrained on {len(train):,} rows; seconds: {seconds}")
    report = {"train_rows": len(train), "seconds": seconds, "figures": figures, "nights": nights, "alarms": fired}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = list(misses(figures, champion))
    for goal in missed:
        print(f"missed: {goal}")
    if missed:
        raise SystemExit(1)


def misses(figures: dict[str, dict[str, Any]], champion: str) -> Iterator[str]:
    """The goals that the figures miss: the first champion over April to June, every baseline, no leak."""
    spring = figures[champion]["Apr–Jun"]
    for metric, goal in GOALS.items():
        if not spring[metric] >= goal:
            yield f"{metric} {spring[metric]:.4f} over April to June, at least {goal}"
        for model, by in figures.items():
            if model != champion and not spring[metric] > by["Apr–Jun"][metric]:
                yield f"{metric} does not beat {model}"
    for model, by in figures.items():
        for part, row in by.items():
            if row["roc_auc"] > MAX_AUC:
                yield f"ROC-AUC {row['roc_auc']:.3f} of {model} in {part}: a leak"


if __name__ == "__main__":
    main()
