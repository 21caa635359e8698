"""Real days of a use case's source, as the nights would have known them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

import usecases
from cumulet.core.schema import Columns, concatenate
from cumulet.core.usecase import UseCase, label_rows
from lambdas.ingest.validation import validate

Span = tuple[Columns, Columns, dict[str, Columns]]
Replay = Callable[[UseCase, date, int], Span]

source = cache(usecases.source)


@pytest.fixture(scope="session")
def replay() -> Replay:
    """Records, label rows with their night in `known`, and side tables of so many days; nothing may be refused."""

    def read(use_case: UseCase, first: date, days: int) -> Span:
        found = []
        for day in (first + timedelta(days=n) for n in range(days)):
            schemas = {"records": use_case.schema, "outcomes": use_case.outcomes, **use_case.side_tables}
            raw = source(use_case.name).day(day)
            tables = {name: validate(raw[name], schema) for name, schema in schemas.items()}
            assert [table.refusals for table in tables.values() if table.refusals] == []
            labels = label_rows(use_case, tables["outcomes"].columns)
            known = {**labels, "known": np.full(len(labels["id"]), np.datetime64(day))}
            found.append((tables["records"].columns, known, {n: tables[n].columns for n in use_case.side_tables}))
        side = {name: concatenate(each[2][name] for each in found) for name in use_case.side_tables}
        return concatenate(each[0] for each in found), concatenate(each[1] for each in found), side

    return read
