"""Nine months of nights, scored as known at 03:00: April to December 2013.

    python -m benchmarks.models

The first champion kept as it is, a model a month, and production as deployed (retrained on alarm, behind the gate),
against baselines. Every function is the pipelines' own; `benchmarks/replay.py` imitates the cloud around them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import usecases
from benchmarks.history import History
from benchmarks.replay import Production
from cumulet.contracts.settings import UseCaseSettings
from cumulet.core.metrics import binary
from cumulet.core.usecase import UseCase
from training import baselines

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "models.json"
FIRST_DAY, FIRST_NIGHT, LAST_DAY = date(2013, 1, 1), date(2013, 4, 1), date(2013, 12, 31)
SPRING, ALL = "Apr–Jun", "Apr–Dec"
PERIODS = {
    SPRING: (FIRST_NIGHT, date(2013, 6, 30)),
    "Jul–Dec": (date(2013, 7, 1), LAST_DAY),
    ALL: (FIRST_NIGHT, LAST_DAY),
}
FROZEN, MONTHLY, DEPLOYED = "frozen", "monthly, expanding", "retrained on alarm"
SHOWN = ("rows", "rate", "mean_prediction", "roc_auc", "pr_auc", "skill", "skill_to_prior", "ece", "cost")
AT_LEAST = {(FROZEN, SPRING): {"roc_auc": 0.695, "skill": 0.085}}
AT_LEAST[DEPLOYED, ALL] = {"roc_auc": 0.705, "skill": 0.095}
MAX_ECE, MAX_RETRAININGS, MAX_AUC = 0.02, 8, 0.85
Floats = NDArray[np.float64]
Figures = dict[str, dict[str, dict[str, Any]]]
"""Metrics by model and part of the year."""


def first_baselines(use_case: UseCase, history: History) -> dict[str, Floats]:
    """What baselines that are fitted once, on what was known in the first night, say of every row."""
    train, rows = history.known_at(FIRST_NIGHT), history.rows
    state = use_case.fit_state(train.columns, train.y)
    matrices = use_case.transform(train.columns, state), use_case.transform(rows.columns, state)
    return {b.name: baselines.predict(use_case, b, train, rows, matrices) for b in use_case.baselines}


def judge(use_case: UseCase, y: Floats, p: Floats, prior: float) -> dict[str, Any]:
    """Metrics on some rows. `skill` is against those rows' own rate, `skill_to_prior` against the rate known in
    the first night as a forecast."""
    found = use_case.task.summary(y, p, use_case.task.default_threshold)
    return {**found, "skill_to_prior": 1 - binary.brier(y, p) / binary.brier(y, np.full(len(y), prior))}


def periods(days: NDArray[np.datetime64]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """The rows of each month from the first night on, then of each period."""
    months = days.astype("datetime64[M]")
    first = np.datetime64(FIRST_NIGHT, "M")
    yield from ((str(month), months == month) for month in np.unique(months[months >= first]))
    for name, (begin, end) in PERIODS.items():
        yield name, (days >= np.datetime64(begin)) & (days <= np.datetime64(end))


def show(title: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print one line per row."""
    print(f"\n{title:<24}" + "".join(f"{name:>16}" for name in SHOWN))
    for name, row in rows.items():
        values = (float("nan") if row[key] is None else row[key] for key in SHOWN)
        cells = (f"{value:,}" if isinstance(value, int) else f"{value:.4f}" for value in values)
        print(f"{name:<24}" + "".join(f"{cell:>16}" for cell in cells))


def main(name: str = "flights") -> None:
    """Measure, print, and write benchmarks/results/models.json; exit 1 when a goal is missed."""
    use_case, started = usecases.load(name), time.perf_counter()
    history = History(use_case, FIRST_DAY, LAST_DAY)
    limits = UseCaseSettings.load(ROOT / "usecases" / name / "usecase.toml").alarms
    production = Production(use_case, history, limits)
    found = first_baselines(use_case, history)
    with redirect_stdout(StringIO()):  # what jobs print
        first, _ = production.train(FIRST_NIGHT, None)
        found[FROZEN] = first.predictions
        found[MONTHLY] = production.monthly(FIRST_NIGHT, LAST_DAY)
        found[DEPLOYED], trainings = production.run(first, LAST_DAY)
    parts, y = dict(periods(history.rows.days)), history.rows.y
    prior = float(history.known_at(FIRST_NIGHT).y.mean())
    figures: Figures = {
        model: {part: judge(use_case, y[rows], p[rows], prior) for part, rows in parts.items()}
        for model, p in found.items()
    }
    for period in PERIODS:
        show(period, {model: by[period] for model, by in figures.items()})
    show(DEPLOYED, figures[DEPLOYED])
    print(f"\n{len(trainings)} trainings on alarm:")
    for each in trainings:
        verdict = "; ".join(each["refused"]) or "released"
        print(f"  {each['night']}  gap {each['gap']:.3f}  skill {each['skill']:.3f}  {verdict}")
    seconds = round(time.perf_counter() - started, 1)
    report = {"seconds": seconds, "figures": figures, "trainings": trainings}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = list(misses(figures, len(trainings)))
    print(f"\n{seconds} s; " + ("; ".join(f"missed: {goal}" for goal in missed) or "all goals met"))
    if missed:
        raise SystemExit(1)


def misses(figures: Figures, trainings: int) -> Iterator[str]:
    """The goals that the figures miss: quality, every baseline beaten, few trainings, no leak."""
    for (model, period), goals in AT_LEAST.items():
        own = figures[model][period]
        for metric, goal in goals.items():
            if not own[metric] >= goal:
                yield f"{metric} {own[metric]:.4f} of {model} over {period}, at least {goal}"
            for other in figures.keys() - {FROZEN, MONTHLY, DEPLOYED}:
                if not own[metric] > figures[other][period][metric]:
                    yield f"{metric} of {model} over {period} does not beat {other}"
    ece = figures[DEPLOYED][ALL]["ece"]
    if not ece <= MAX_ECE:
        yield f"ece {ece:.4f} of {DEPLOYED}, at most {MAX_ECE}"
    if trainings > MAX_RETRAININGS:
        yield f"{trainings} trainings, at most {MAX_RETRAININGS}"
    for model, by in figures.items():
        for part, row in by.items():
            if row["roc_auc"] > MAX_AUC:
                yield f"ROC-AUC {row['roc_auc']:.3f} of {model} in {part}: a leak"


if __name__ == "__main__":
    main()
