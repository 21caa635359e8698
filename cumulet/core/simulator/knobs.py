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

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from cumulet.contracts.errors import ContractError
from cumulet.core.schema import Schema
from cumulet.core.simulator.timing import When
from cumulet.core.tasks import MultiClass, Regression
from cumulet.core.usecase import UseCase

RECORDS, OUTCOMES = "records", "outcomes"
HOW = ("missing", "doubled", "truncated", "swapped", "nulls")


def schema_of(use_case: UseCase, table: str) -> Schema:
    """The schema of a source's table. Raises ContractError naming those that there are."""
    schemas = {RECORDS: use_case.schema, OUTCOMES: use_case.outcomes, **use_case.side_tables}
    if table not in schemas:
        raise ContractError(f"table={table!r}: {use_case.name} has {', '.join(schemas)}")
    return schemas[table]


def _need(schema: Schema, column: str, *, number: bool = False, besides: tuple[str, ...] = ()) -> None:
    """`besides` are numbers that are no fields."""
    fitting = [f.name for f in schema.fields if not number or f.kind in ("integer", "number")]
    fitting += besides if number else ()
    if column not in fitting:
        raise ContractError(f"column={column!r}: give {'a number' if number else 'a field'}: {', '.join(fitting)}")


def _need_share(name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ContractError(f"{name}={value!r}: give a share above 0, at most 1")


@dataclass(frozen=True, kw_only=True)
class Knob:
    """What all knobs have."""

    kind: ClassVar[str]
    when: When

    def check(self, use_case: UseCase) -> None:
        """Raise ContractError when the use case has no such table or column, or a number makes no sense."""


@dataclass(frozen=True, kw_only=True)
class Tilt(Knob):
    """Records are kept with a probability that rises with a column (or a number that is watched): by `strength` e-folds
    per standard deviation of the day (negative: falls), or as `values` says (values that are not named count 1)."""

    kind: ClassVar[str] = "tilt"
    column: str
    strength: float = 0.0
    values: Mapping[str, float] = field(default_factory=dict)

    def check(self, use_case: UseCase) -> None:
        """A number with a strength, or a text with values."""
        _need(use_case.schema, self.column, number=bool(self.strength), besides=tuple(use_case.watched))
        if bool(self.values) == bool(self.strength):
            raise ContractError(f"tilt of {self.column}: give strength, or values, e.g. values = {{ JFK = 4 }}")
        if not all(isinstance(v, int | float) and v >= 0 for v in self.values.values()):
            raise ContractError(f"tilt of {self.column}: values={dict(self.values)}: give how often each is kept")


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


@dataclass(frozen=True, kw_only=True)
class Prior(Knob):
    """The odds of records with this label (1, 0, the position of a class) are multiplied by `odds`; what they are like
    given the label stays."""

    kind: ClassVar[str] = "prior"
    odds: float
    value: float = 1.0

    def check(self, use_case: UseCase) -> None:
        """Odds above 0, of a label that there is."""
        if isinstance(use_case.task, Regression):
            raise ContractError(f"{use_case.name} predicts a number, which has no odds: give concept, or tilt a column")
        classes = len(use_case.task.classes) if isinstance(use_case.task, MultiClass) else 2
        if self.value not in range(classes):
            raise ContractError(f"value={self.value!r}: give the label as its position, 0 to {classes - 1}")
        if not (isinstance(self.odds, int | float) and self.odds > 0):
            raise ContractError(f"odds={self.odds!r}: give a factor above 0; 2 doubles the odds")


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
        for name in self.where:
            _need(use_case.outcomes if name in use_case.outcomes.names else use_case.schema, name)

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
            raise ContractError(f"late by {self.mean_days} days, {self.max_days} at most: give more than 0, 1 to 60")


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


KINDS: dict[str, type[Knob]] = {kind.kind: kind for kind in (Tilt, Scale, Prior, Concept, Late, Broken)}
