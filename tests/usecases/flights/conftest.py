"""Real days of the airline, read once: the records of some days, the labels and the weather of those before."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from cumulet.core.schema import Columns, Schema, concatenate
from cumulet.core.usecase import label_rows
from usecases.flights import USE_CASE
from usecases.flights.source import Source

Rows = list[dict[str, Any]]
ReadDay = Callable[[date], Mapping[str, Rows]]


@pytest.fixture(scope="session")
def airline() -> Source:
    return Source()


@pytest.fixture(scope="session")
def read_day(airline: Source) -> ReadDay:
    """The valid records, outcomes and weather of a day, parsed by their schemas."""
    schemas: dict[str, Schema] = {
        "records": USE_CASE.schema,
        "outcomes": USE_CASE.outcomes,
        **USE_CASE.side_tables,
    }

    def read(day: date) -> Mapping[str, Rows]:
        texts = {name: csv.DictReader(io.StringIO(data.decode())) for name, data in airline.day(day).items()}
        parsed = {name: [schemas[name].parse(row) for row in rows] for name, rows in texts.items()}
        return {name: [row for row in rows if not schemas[name].check(row)] for name, rows in parsed.items()}

    return read


@pytest.fixture(scope="session")
def spring(read_day: ReadDay) -> tuple[Columns, Columns, dict[str, Columns]]:
    """Records, label rows with their night, and weather of 30 days up to 2013-04-02."""
    records, labels, weather = [], [], []
    for day in (date(2013, 3, 4) + timedelta(days=n) for n in range(30)):
        tables = read_day(day)
        records.append(USE_CASE.schema.columns(tables["records"]))
        outcomes = label_rows(USE_CASE, USE_CASE.outcomes.columns(tables["outcomes"]))
        labels.append({**outcomes, "known": np.full(len(outcomes["id"]), np.datetime64(day))})
        weather.append(USE_CASE.side_tables["weather"].columns(tables["weather"]))
    return concatenate(records), concatenate(labels), {"weather": concatenate(weather)}
