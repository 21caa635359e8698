"""What baselines and policies say of every row, by the pipelines' own functions, as each night would have known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import usecases
from benchmarks.history import History
from benchmarks.models.plans import DEPLOYED, FROZEN, MONTHLY, Plan
from benchmarks.replay import Production, Replayed
from cumulet.contracts.settings import AlarmSettings, UseCaseSettings
from cumulet.core.cutoff import nights
from cumulet.core.schema import Columns
from cumulet.core.usecase import State, UseCase
from training import artifact, baselines, fitting
from training.dataset import Rows, limited
from training.threads import side_by_side

ROOT = Path(__file__).resolve().parents[2]
Floats = NDArray[np.float64]
Forecasts = dict[str, Floats]
"""Of every row of the history, (n,) or (n, k), by the name of who says it; NaN before the first night."""


@dataclass(frozen=True)
class Found:
    """A plan's use case, its history, what was said of it, and production as it went."""

    use_case: UseCase
    history: History
    limits: AlarmSettings
    baselines: Forecasts
    policies: Forecasts
    production: Replayed
    refused: list[str]
    """Why the gate would have refused the first champion; empty when it passes."""


def run(plan: Plan, say: Callable[[str], None]) -> Found:
    """Everything that a plan compares; `say` is told each step."""
    use_case, source = usecases.load(plan.use_case), usecases.source(plan.use_case)
    last, limits = source.last_day, UseCaseSettings.load(ROOT / "usecases" / plan.use_case / "usecase.toml").alarms
    say("the history")
    history = History(use_case, source.first_day, last)
    production = Production(use_case, history, limits)
    with redirect_stdout(StringIO()):  # what jobs print
        say("the first champion and its baselines")
        first, refused = production.train(plan.first_night, None)
        kept = fitted_once(use_case, history, plan.first_night)
        poorer = {name: _without(use_case, history, plan.first_night, left) for name, left in plan.without.items()}
        spans = months(plan.first_night, last)
        say(f"a new model a month, {len(spans)} of them")
        monthly = fitted_monthly(use_case, history, spans)
        say(f"production, {len(nights(plan.first_night, last))} nights")
        deployed = production.run(first, last)
    own = {FROZEN: first.predictions, **poorer, MONTHLY: monthly.pop(MONTHLY), DEPLOYED: deployed.forecasts}
    others = {f"{name}, {FROZEN}": p for name, p in kept.items()}
    others |= {f"{name}, {MONTHLY}": p for name, p in monthly.items()}
    return Found(use_case, history, limits, others, own, deployed, refused)


def fitted_once(use_case: UseCase, history: History, night: date) -> Forecasts:
    """What baselines fitted on all that was known in a night say."""
    train, rows = history.known_at(night), history.rows
    state = use_case.fit_state(train.columns, train.y)
    matrices = use_case.transform(train.columns, state), use_case.transform(rows.columns, state)
    return {each.name: baselines.predict(use_case, each, train, rows, matrices) for each in use_case.baselines}


def months(first: date, last: date) -> list[tuple[date, date]]:
    """The first night and every first of a month after it, each with the first of the next (not included)."""
    begins = [night for night in nights(first, last) if night == first or night.day == 1]
    return list(pairwise([*begins, date.fromordinal(last.toordinal() + 1)]))


def fitted_monthly(use_case: UseCase, history: History, spans: Sequence[tuple[date, date]]) -> Forecasts:
    """The first candidate and the baselines, fitted anew for every span on what its first night knew: as many rows as
    Fit takes, the same for all of them; no gate."""

    def judged(begin: date, end: date) -> tuple[NDArray[np.bool_], Forecasts]:
        mine = (history.rows.days >= np.datetime64(begin)) & (history.rows.days < np.datetime64(end))
        rows, fitted = history.rows.where(mine), _fitted(use_case, history, begin)
        matrix = use_case.transform(rows.columns, fitted.state)
        both = fitted.matrix, matrix
        found = {b.name: baselines.predict(use_case, b, fitted.rows, rows, both) for b in use_case.baselines}
        return mine, {**found, MONTHLY: use_case.task.read(fitting.outputs(fitted.model, matrix))}

    with side_by_side() as pool:
        parts = list(pool.map(judged, *zip(*spans, strict=True)))
    return {name: _together(len(history.rows), [(mine, p[name]) for mine, p in parts]) for name in parts[0][1]}


def _together(n: int, parts: Sequence[tuple[NDArray[Any], Floats]]) -> Floats:
    whole = np.full((n, *parts[0][1].shape[1:]), np.nan)
    for mine, p in parts:
        whole[mine] = p
    return whole


def _fitted(use_case: UseCase, history: History, night: date) -> artifact.Fitted:
    limit, known = use_case.fit_rows, history.known_at(night)
    drawn: Rows = limited(known, limit.maximum, limit.half_life_days)
    return artifact.fit(use_case, use_case.candidates[0], drawn)


def _without(use_case: UseCase, history: History, night: date, features: Sequence[str]) -> Floats:
    """What the first champion says that never sees some features: they are 0 in every row."""
    hidden = [use_case.feature_names.index(name) for name in features]

    def blind(columns: Columns, state: State) -> NDArray[np.float32]:
        matrix = use_case.transform(columns, state)
        matrix[:, hidden] = 0
        return matrix

    fitted = _fitted(replace(use_case, transform=blind), history, night)
    outputs = fitting.outputs(fitted.model, blind(history.rows.columns, fitted.state))
    return use_case.task.read(outputs)
