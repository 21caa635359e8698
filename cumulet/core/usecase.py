"""A use case is one frozen value: what the system needs to know of a prediction problem, and nothing else.

Task, schema, label, cut-off, context features, transform, candidates, baselines and gates: the pipelines, the API, the
monitors and the model card are all derived from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from cumulet.core.cutoff import CutOff
from cumulet.core.expectations import Expectation, derived
from cumulet.core.fit_rows import FitRows, Weighing
from cumulet.core.gates import GateRules
from cumulet.core.schema import Columns, Schema
from cumulet.core.specs import ContextSpec
from cumulet.core.tasks import Task

__all__ = [
    "Baseline",
    "Candidate",
    "ContextSpec",
    "CutOff",
    "FitRows",
    "GateRules",
    "Label",
    "State",
    "UseCase",
    "Weighing",
    "label_rows",
]

State = dict[str, Any]
"""What a transform learns: JSON."""


@dataclass(frozen=True)
class Label:
    """What is predicted: `of` computes it from the columns of the outcomes (n,) as the task wants it: 1 or 0, the index
    of the class, or the number; NaN where there is none.

    `keep` are the outcome fields that a label row carries besides id, date, status and known_at.
    """

    name: str
    description: str
    of: Callable[[Columns], np.ndarray]
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Baseline:
    """A forecast that a model must beat; training fits it on the same rows.

    kind "prior": the label's mean (rate, shares). "mean": the mean by `keys`, shrunk by `strength` rows to the prior.
    "linear": logistic or ridge regression on the transform's matrix. "column": `keys` names one column that is a
    forecast itself.
    """

    name: str
    kind: str
    keys: tuple[str, ...] = ()
    strength: float = 20.0


@dataclass(frozen=True)
class Candidate:
    """A model to fit: its algorithm and the parameters that decide its outcome, all declared here.

    `algorithm` is one of scikit-learn's in `training/fitting.py`, or the dotted path of a class of the use case with
    `fit(matrix, y)`, `predict_proba(matrix)` and `to_onnx(width)`, imported by training alone.
    """

    name: str
    algorithm: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    exposure: int | None = None
    """The column of the matrix that a label is a multiple of: the model learns the label per unit of it."""
    int8: bool = False
    """The model file is quantised (`training/quantising.py`) and judged, and the float32 model beside it."""

    @property
    def float32(self) -> str:
        """What the model is called that the int8 file was made from."""
        return f"{self.name}, float32"


@dataclass(frozen=True, kw_only=True)
class UseCase:
    """A prediction problem. `transform(columns with context, state)` gives the float32 matrix (n, len(feature_names));
    `fit_state(columns with context, labels)` learns the state from a training window."""

    name: str
    title: str
    description: str
    task: Task
    schema: Schema
    outcomes: Schema
    label: Label
    cut_off: CutOff
    fit_state: Callable[[Columns, np.ndarray], State]
    transform: Callable[[Columns, State], np.ndarray]
    feature_names: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    baselines: tuple[Baseline, ...]
    event_time: str
    """The datetime field that says to which day a record belongs."""
    example: Mapping[str, Any]
    side_tables: Mapping[str, Schema] = field(default_factory=dict)
    context: ContextSpec = field(default_factory=ContextSpec)
    label_lag_days: int = 2
    watched: Mapping[str, Callable[[Columns], np.ndarray]] = field(default_factory=dict)
    """Numbers about a record, each (n,), whose drift is watched like that of a field: how much ink a picture has."""
    slices: tuple[str, ...] = ()
    min_slice_rows: int = 500
    """Slices with fewer rows say nothing and are not reported."""
    sensitive: tuple[str, ...] = ()
    """The attributes by which fairness is judged, whether or not the model sees them."""
    sensitive_inputs: tuple[str, ...] = ()
    """Those of them that the model may learn from. It must be said, with the reason in README.md, because a model that
    sees them can treat people differently on their account; in many places and matters the law forbids it. Leaving them
    out is no proof of fairness either: other fields go along with them."""
    gates: GateRules = field(default_factory=GateRules)
    fit_rows: FitRows = field(default_factory=FitRows)
    expectations: tuple[Expectation, ...] | None = None
    """What a day must be like to be used; None: what can be expected of any (`cumulet.core.expectations.derived`)."""

    def expected(self) -> tuple[Expectation, ...]:
        """The expectations of a day."""
        own = self.expectations
        return derived(self.schema, ("outcomes", *self.side_tables)) if own is None else own

    def days(self, columns: Columns) -> np.ndarray:
        """The day of every record, datetime64[D] (n,)."""
        return columns[self.event_time].astype("datetime64[D]")

    def dated(self, columns: Columns, day: date) -> Columns:
        """The records of a day; one that does not say of which day it is, is of the one it came with."""
        at = columns[self.event_time]
        return {**columns, self.event_time: np.where(np.isnat(at), np.datetime64(day).astype(at.dtype), at)}

    def watch(self, columns: Columns) -> Columns:
        """The columns of some records, and what is `watched` of them."""
        return {**columns, **{name: of(columns) for name, of in self.watched.items()}}

    def column(self, columns: Columns, name: str) -> np.ndarray:
        """A field of the records, or a column that the context specification derives from them (n,)."""
        derived = self.context.derived.get(name)
        return columns[name] if derived is None else derived(columns)


def label_rows(use_case: UseCase, outcomes: Columns) -> Columns:
    """The label rows of valid outcomes: id, date, the kept keys, status (if they have one), label, known_at (UTC)."""
    label = use_case.label
    names = [name for name in ("id", "date", *label.keep, "status") if name in outcomes]
    return {
        **{name: outcomes[name] for name in names},
        "label": label.of(outcomes).astype(np.float64),
        "known_at": outcomes["known_at"],
    }
