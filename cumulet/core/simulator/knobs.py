"""The knobs of a shift, as they are declared; what each does to a day is in `keeping`, `editing` and `breaking`.

kind        drift                what it does
tilt        covariate            keeps records with high (or with some) values of a column more often than others
scale       covariate            changes a number of some rows: another unit, another sensor
prior       label                keeps records of one label more often: its odds are multiplied
concept     concept              gives outcomes of a slice to records of the other label, or moves an outcome's number
late        late labels          outcomes become known some nights later
broken      broken days          missing, doubled, truncated, swapped or null: what a pipeline must survive
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import ContractError
from cumulet.core.schema import Schema
from cumulet.core.simulator.timing import When
from cumulet.core.tasks import Binary, MultiClass, Regression, Task
from cumulet.core.usecase import UseCase

RECORDS, OUTCOMES = "records", "outcomes"
HOW = ("missing", "doubled", "truncated", "swapped", "nulls")


def schema_of(use_case: UseCase, table: str) -> Schema:
    """The schema of a source's table. Raises ContractError naming those that there are."""
    schemas = {RECORDS: use_case.schema, OUTCOMES: use_case.outcomes, **use_case.side_tables}
    if table not in schemas:
        raise ContractError(f"table={table!r}: {use_case.name} has {', '.join(schemas)}")
    return schemas[table]


def _need(schema: Schema, column: str, *, number: bool = False, also: Iterable[str] = ()) -> None:
    fitting = [f.name for f in schema.fields if not number or f.kind in ("integer", "number")] + list(also)
    if column not in fitting:
        raise ContractError(f"column={column!r}: give {'a number' if number else 'a field'}: {', '.join(fitting)}")


def _need_values(schema: Schema, column: str, values: Iterable[str]) -> None:
    there = schema.field(column).categories
    if there and (strange := sorted(set(values) - set(there))):
        raise ContractError(f"{column} is never {', '.join(strange)}: give {', '.join(there)}")


def _need_share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise ContractError(f"{name}={value!r}: give a share above 0, at most 1")


def _need_move(column: str, factor: float, offset: float) -> None:
    if factor == 1 and offset == 0:
        raise ContractError(f"{column}: give a factor, or an offset: without either nothing changes")


@dataclass(frozen=True, kw_only=True)
class Knob:
    """What all knobs have."""

    kind: ClassVar[str]
    when: When

    def check(self, use_case: UseCase) -> None:
        """Raise ContractError when the use case has no such table or column, or a number makes no sense."""


@dataclass(frozen=True, kw_only=True)
class Tilt(Knob):
    """Records are kept with a probability that rises with a column: by `strength` e-folds per standard deviation of the
    day (negative: falls), or as `values` says (values that are not named count 1). A column is a field, or a number
    that the use case watches (`UseCase.watched`), like the ink of a picture."""

    kind: ClassVar[str] = "tilt"
    column: str
    strength: float = 0.0
    values: Mapping[str, float] = field(default_factory=dict)

    def check(self, use_case: UseCase) -> None:
        """A number with a strength, or a text with values."""
        watched = () if self.values else use_case.watched
        _need(use_case.schema, self.column, number=bool(self.strength), also=watched)
        if bool(self.values) == bool(self.strength):
            raise ContractError(f"tilt of {self.column}: give strength, or values, e.g. values = {{ JFK = 4 }}")
        if not all(v >= 0 for v in self.values.values()):
            raise ContractError(f"tilt of {self.column}: values={dict(self.values)}: give how often each is kept")
        if self.values:
            _need_values(use_case.schema, self.column, self.values)


@dataclass(frozen=True, kw_only=True)
class Scale(Knob):
    """value × factor + offset for a share of the rows; kept inside the field's range, so that it passes the schema."""

    kind: ClassVar[str] = "scale"
    column: str
    table: str = RECORDS
    factor: float = 1.0
    offset: float = 0.0
    share: float = 1.0

    def check(self, use_case: UseCase) -> None:
        """A number of a table."""
        _need(schema_of(use_case, self.table), self.column, number=True)
        _need_share("share", self.share)
        _need_move(self.column, self.factor, self.offset)


@dataclass(frozen=True, kw_only=True)
class Prior(Knob):
    """The odds of records with one label are multiplied by `odds`; what they are like given the label stays.

    `value` says which: of a yes or no 1 unless it is 0; of several classes a class, by name or position; of numbers
    those of at least `value`.
    """

    kind: ClassVar[str] = "prior"
    odds: float
    value: float | str | None = None

    def check(self, use_case: UseCase) -> None:
        """Odds above 0, and a label that there is."""
        if not self.odds > 0:
            raise ContractError(f"odds={self.odds!r}: give a factor above 0; 2 doubles the odds")
        task = use_case.task
        if isinstance(task, Regression) and not isinstance(self.value, float):
            raise ContractError(
                f"value={self.value!r}: give the number from which on a label is meant, e.g. value = 200"
            )
        if not isinstance(task, Regression) and self.position(task) is None:
            classes = task.classes if isinstance(task, MultiClass) else ("0", "1")
            raise ContractError(f"value={self.value!r}: give a class, of {', '.join(classes)}")

    def position(self, task: Task) -> int | None:
        """The class that is meant; None when there is none such."""
        classes = task.classes if isinstance(task, MultiClass) else ("0", "1")
        value = 1 if self.value is None and isinstance(task, Binary) else self.value
        if isinstance(value, str):
            return classes.index(value) if value in classes else None
        return next((n for n in range(len(classes)) if n == value), None)

    def meant(self, labels: NDArray[np.float64], task: Task) -> NDArray[np.bool_]:
        """Which labels (n,) are meant."""
        if isinstance(task, Regression) and isinstance(self.value, float):
            return np.asarray(labels >= self.value)
        return np.asarray(labels == self.position(task))


@dataclass(frozen=True, kw_only=True)
class Concept(Knob):
    """Outcomes change, records do not: of the slice `where` (all, when empty) a share `flip` ends as a record of
    another label did that night, or the number `column` becomes value × factor + offset."""

    kind: ClassVar[str] = "concept"
    where: Mapping[str, Any] = field(default_factory=dict)
    flip: float = 0.0
    column: str = ""
    factor: float = 1.0
    offset: float = 0.0

    def check(self, use_case: UseCase) -> None:
        """One of the two ways, and a slice of fields that there are."""
        if bool(self.flip) == bool(self.column):
            raise ContractError("concept: give flip (a share), or column with factor or offset")
        if self.flip:
            _need_share("flip", self.flip)
        else:
            _need(use_case.outcomes, self.column, number=True)
            _need_move(self.column, self.factor, self.offset)
        for name in self.where:
            schema = use_case.outcomes if name in use_case.outcomes.names else use_case.schema
            _need(schema, name)
            _need_values(schema, name, self.allowed(name))

    def allowed(self, name: str) -> frozenset[str]:
        """The values (as text) of a field that belong to the slice."""
        value = self.where[name]
        return frozenset(str(v) for v in (value if isinstance(value, list) else [value]))


@dataclass(frozen=True, kw_only=True)
class Late(Knob):
    """A share of the outcomes becomes known later: exponentially distributed, whole nights, from 1 to `max_days`."""

    kind: ClassVar[str] = "late"
    mean_days: float
    max_days: int = 14
    share: float = 1.0

    def check(self, use_case: UseCase) -> None:
        """A delay of some nights."""
        _need_share("share", self.share)
        if not self.mean_days > 0 or not 1 <= self.max_days <= 60:
            raise ContractError(f"late by {self.mean_days:g} days, {self.max_days} at most: give more than 0, 1 to 60")


@dataclass(frozen=True, kw_only=True)
class Broken(Knob):
    """A day comes broken: on `days`, or by `chance` on any.

    missing: no table at all; doubled: every row twice; truncated: the file ends after `share` of its bytes; swapped:
    two columns exchanged; nulls: `columns` empty in a `share` of the rows.
    """

    kind: ClassVar[str] = "broken"
    how: str
    table: str = RECORDS
    columns: tuple[str, ...] = ()
    share: float = 0.5
    days: tuple[date, ...] = ()
    chance: float = 1.0

    def check(self, use_case: UseCase) -> None:
        """A way to break, and the columns that it needs."""
        if self.how not in HOW:
            raise ContractError(f"how={self.how!r}: give one of {', '.join(HOW)}")
        schema = schema_of(use_case, self.table)
        for name in self.columns:
            _need(schema, name)
        wanted = {"swapped": len(self.columns) == 2, "nulls": len(self.columns) >= 1}
        if not wanted.get(self.how, True):
            raise ContractError(f"{self.how}: columns={list(self.columns)}: give two to swap, one or more to empty")
        _need_share("share", self.share)
        _need_share("chance", self.chance)
        if outside := [str(day) for day in self.days if not self.when.intensity(day)]:
            raise ContractError(f"days={outside}: they are outside of when; give days on which the knob is turned")


KINDS: dict[str, type[Knob]] = {kind.kind: kind for kind in (Tilt, Scale, Prior, Concept, Late, Broken)}
