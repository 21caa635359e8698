"""Some days of a use case as its nights would know them, made from its source alone: no lake, no cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

import usecases
from cumulet.contracts.errors import ContractError, CumuletError, SchemaError
from cumulet.core import context
from cumulet.core.cutoff import nights
from cumulet.core.schema import Columns, concatenate, rows, select
from cumulet.core.usecase import UseCase, label_rows
from lambdas.ingest.reading import OUTCOMES, RECORDS
from lambdas.ingest.validation import validate
from training.dataset import Rows
from training.snapshot import labels_of

KNOWN = "known"
UNSTEADY = (
    "{day} handed over twice is not the same: a day that is ingested again must give the same bytes. "
    "Nothing in source.py may be random, read a clock, or depend on what was asked before."
)
STRAYS = (
    "{rows} records that came on {day} belong to another day by their event time (the first: {first}): "
    "hand each over on its own day, in source.py."
)


@dataclass(frozen=True)
class Day:
    """What a night commits: its records, the label rows that became known (with that night), the side tables."""

    records: Columns
    labels: Columns
    side: Mapping[str, Columns]
    refused: tuple[str, ...] = ()
    """What is wrong with rows that were refused, one text per row."""
    odd: tuple[str, ...] = ()
    """What is wrong with the day itself."""


def read(name: str, days: int, note: Callable[[str], None] = lambda day: None) -> Rehearsal:
    """The first `days` days of a use case. Raises ContractError naming the line that fails, and the day."""
    use_case, source, again = usecases.load(name), usecases.source(name), usecases.source(name)
    with _blaming(name, ""):
        wanted = list(nights(source.first_day, min(source.first_day + timedelta(days=days - 1), source.last_day)))
    found = []
    for day in wanted:
        note(str(day))
        with _blaming(name, f" (reading {day})"):
            raw = source.day(day)
            committed = commit(use_case, day, raw)
            steady = day not in (wanted[0], wanted[len(wanted) // 2]) or again.day(day) == raw
        found.append(committed if steady else replace(committed, odd=(*committed.odd, UNSTEADY.format(day=day))))
    with _blaming(name, " (context features)"):
        return Rehearsal.of(use_case, found)


@contextmanager
def _blaming(name: str, doing: str) -> Iterator[None]:
    """What a plug-in raises is what it did wrong; errors of ours say so themselves."""
    try:
        yield
    except CumuletError:
        raise
    except Exception as error:
        raise ContractError(f"{usecases.blamed(name, error, 'source.py')}{doing}") from error


def commit(use_case: UseCase, day: date, raw: Mapping[str, bytes]) -> Day:
    """A day's raw tables as `ingest` would commit them."""
    schemas = {RECORDS: use_case.schema, OUTCOMES: use_case.outcomes, **use_case.side_tables}
    tables = {name: validate(raw.get(name), schema) for name, schema in schemas.items()}
    refused = [
        f"{name}, line {refusal.line}: {'; '.join(map(str, refusal.problems))}"
        for name, table in tables.items()
        for refusal in table.refusals
    ]
    labels = label_rows(use_case, tables[OUTCOMES].columns)
    records = use_case.dated(tables[RECORDS].columns, day)
    strays = np.flatnonzero(use_case.days(records) != np.datetime64(day, "D"))
    return Day(
        records=records,
        labels={**labels, KNOWN: np.full(len(labels["id"]), np.datetime64(day, "D"))},
        side={name: tables[name].columns for name in use_case.side_tables},
        refused=tuple(refused),
        odd=(STRAYS.format(day=day, rows=len(strays), first=records["id"][strays[0]]),) if len(strays) else (),
    )


@dataclass(frozen=True)
class Rehearsal:
    """Committed days of a use case together, and the records of these days with their context features."""

    use_case: UseCase
    records: Columns
    labels: Columns
    side: Mapping[str, Columns]
    columns: Columns
    refused: tuple[str, ...]
    odd: tuple[str, ...] = ()

    @classmethod
    def of(cls, use_case: UseCase, days: Iterable[Day]) -> Rehearsal:
        """Raises SchemaError when no record of all the days is valid."""
        found = list(days)
        refused = tuple(text for day in found for text in day.refused)
        odd = tuple(text for day in found for text in day.odd)
        records, labels = concatenate(day.records for day in found), concatenate(day.labels for day in found)
        if not rows(records):
            raise SchemaError(f"{use_case.name}: no record is valid; the first problem: {(*refused, 'none came')[0]}")
        side = {name: concatenate(day.side[name] for day in found) for name in use_case.side_tables}
        return cls(use_case, records, labels, side, context.features(use_case, records, labels, side), refused, odd)

    @property
    def y(self) -> NDArray[np.float64]:
        """The label of every row of `columns`, NaN where none is known, (n,)."""
        return labels_of(self.columns, self.labels)

    @property
    def labelled(self) -> Rows:
        """The rows that have a label."""
        there = np.flatnonzero(np.isfinite(self.y))
        columns = select(self.columns, there)
        return Rows(columns, self.y[there], self.use_case.days(columns))
