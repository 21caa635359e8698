"""Forecasts judged: figures of every model in every span, with their intervals over days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.models.bootstrap import Interval, interval, resampled
from benchmarks.models.plans import Span
from benchmarks.models.pooled import Pooled, pooled
from cumulet.core.tasks import Task

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """Labels (n,), their days (n,) and forecasts, (n,) or (n, k) by model, of the nights that are judged.

    `prior`: what a forecast of the mean would have said that was known in the first night, (1,) or (k,).
    """

    task: Task
    days: NDArray[np.datetime64]
    y: Floats
    forecasts: Mapping[str, Floats]
    prior: Floats
    _sums: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def figures(self, model: str, rows: Mask) -> dict[str, Any]:
        """Metrics of some rows. `skill` is against these rows' own mean, `skill_to_prior` against `prior`."""
        y, p = self.y[rows], self.forecasts[model][rows]
        found = self.task.summary(y, p, self.task.default_threshold)
        targets = self.task.targets(y).reshape(len(y), -1)
        errors = [float(((said - targets) ** 2).sum()) for said in (p.reshape(targets.shape), self.prior)]
        return {**found, "skill_to_prior": 1 - errors[0] / errors[1] if errors[1] else None}

    def within(self, span: Span) -> Mask:
        """The rows of a span, both ends included."""
        return np.asarray((self.days >= np.datetime64(span[0])) & (self.days <= np.datetime64(span[1])))

    def months(self) -> dict[str, Mask]:
        """The rows of each month."""
        months = self.days.astype("datetime64[M]")
        return {str(month): months == month for month in np.unique(months)}

    def samples(self, model: str, metric: str, span: Span) -> Floats:
        """A metric over samples of a span's days, (replicates,)."""
        if (model, metric) not in self._sums:
            self._sums[model, metric] = self._by_day(model, pooled(self.task)[metric], np.ones(len(self.y), bool))
        days = np.unique(self.days)
        inside = (days >= np.datetime64(span[0])) & (days <= np.datetime64(span[1]))
        return resampled(self._sums[model, metric][inside], pooled(self.task)[metric].metric)

    def intervals(self, model: str, span: Span) -> dict[str, Interval]:
        """Of every metric that has one."""
        return {metric: interval(self.samples(model, metric, span)) for metric in pooled(self.task)}

    def of_group(self, model: str, metric: str, rows: Mask) -> tuple[float, Floats]:
        """A metric of a group, whose days are all of the judged ones, and its samples (replicates,)."""
        sums, of = self._by_day(model, pooled(self.task)[metric], rows), pooled(self.task)[metric].metric
        return float(of(sums.sum(axis=0))), resampled(sums, of)

    def _by_day(self, model: str, metric: Pooled, rows: Mask) -> Floats:
        """Sums of some rows by day, (days, m): a day without any counts as zeros."""
        _, day = np.unique(self.days, return_inverse=True)
        order = np.argsort(day, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(day[order])) + 1)
        chosen = [part[rows[part]] for part in parts]
        p = self.forecasts[model]
        return np.array([metric.sums(self.task, self.y[part], p[part]) for part in chosen])
