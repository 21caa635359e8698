"""What the marks of the fields ask of a day before any of it is written: pseudonyms, masks, and no erased person.

identifier   its pseudonym takes its place, in curated, labels, side tables and quarantine
free text    personal data in it are replaced by a word for what they were
erased       rows that name somebody whom the register of erasures has are left out, as if they had not come
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cumulet.contracts import lake as keys
from cumulet.contracts.errors import Problem
from cumulet.core import personal
from cumulet.core.erasures import Register, named_by
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.schema import Columns, Schema, select
from cumulet.core.usecase import UseCase
from lambdas.ingest.reading import Day, schemas
from lambdas.ingest.refusals import Refusal
from lambdas.ingest.validation import Table


def protected(lake: Any, use_case: UseCase, came: Day, ring: KeyRing) -> Day:
    """A day as it may be kept: pseudonyms for identifiers, nobody whom the lake's register of erasures has."""
    entries = lake.find_many(lake.list(keys.erasures(use_case.name, "register")))
    register = Register.read(ring, filter(None, entries))
    return replace(came, tables=protect(came.tables, schemas(use_case), ring, register))


def protect(
    tables: Mapping[str, Table], schemas: Mapping[str, Schema], ring: KeyRing, register: Register
) -> dict[str, Table]:
    """The tables of a day as they may be kept. Raises ContractError when a field is marked and there is no key."""
    return {name: _protected(table, schemas[name], ring, register) for name, table in tables.items()}


def _protected(table: Table, schema: Schema, ring: KeyRing, register: Register) -> Table:
    names = named_by(schema)
    columns = select(table.columns, _staying(table.columns, names, register)) if register else table.columns
    refusals = tuple(each for each in table.refusals if not register.names_row(each.row, names))
    changed = {name: _each(columns[name], ring.pseudonym) for name in schema.marked("identifier")}
    changed |= {name: _each(columns[name], personal.mask) for name in schema.marked("free text")}
    return replace(
        table,
        columns={**columns, **changed},
        refusals=tuple(_masked(each, schema, ring) for each in refusals),
        quarantined=table.quarantined - (len(table.refusals) - len(refusals)),
    )


def _staying(columns: Columns, names: tuple[str, ...], register: Register) -> np.ndarray:
    staying = np.ones(len(next(iter(columns.values()))), bool)
    for name in names:
        staying &= ~np.array([register.has(value) for value in columns[name].tolist()], bool)
    return np.flatnonzero(staying)


def _each(column: np.ndarray, change: Callable[[str], str]) -> np.ndarray:
    """The column with each distinct text changed once; what is missing stays so."""
    values = column.tolist()
    changed = {value: change(value) for value in set(values) if value is not None}
    return np.array([*(changed.get(value) for value in values), None], dtype=object)[:-1]


def _masked(refusal: Refusal, schema: Schema, ring: KeyRing) -> Refusal:
    """A refused row as quarantine may keep it; the field, the line and the remedy still say what to mend."""
    row = {name: _kept(name, value, schema, ring) for name, value in refusal.row.items()}
    return replace(refusal, row=row, problems=tuple(_told(problem, schema) for problem in refusal.problems))


def _kept(name: str, value: Any, schema: Schema, ring: KeyRing) -> Any:
    if isinstance(value, list):
        return [personal.shown(each, name) for each in value]
    if value is None or value == "" or name not in schema.names:
        return personal.shown(value, name)
    if schema.field(name).mark == "identifier":
        return ring.pseudonym(str(value))
    return schema.field(name).shown(value)


def _told(problem: Problem, schema: Schema) -> Problem:
    """A problem may be about several fields at once (a key that came twice): one that is marked hides all values."""
    hidden = set(problem.field.split("+")) & set(schema.marked("identifier", "personal", "free text"))
    value = problem.value
    return replace(problem, value=f"[{problem.field}]" if hidden and value is not None else personal.shown(value))
