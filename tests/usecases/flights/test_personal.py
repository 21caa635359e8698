"""No flight, outcome or observation looks like an e-mail address, a telephone number, a card or a bank account.

Every tenth day here; `benchmarks.privacy` looks at the whole year.
"""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from cumulet.core import personal
from cumulet.core.cutoff import nights
from usecases.flights.source import Source


def test_the_year_s_flights_raise_no_false_alarm() -> None:
    source, texts = Source(), set()
    for day in nights(source.first_day, source.last_day)[::10]:
        for data in source.day(day).values():
            names = data[: data.index(b"\n")].decode().split(",")
            as_text = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
            table = csv.read_csv(io.BytesIO(data), convert_options=as_text)
            texts |= {(name, text) for name in names for text in pc.unique(table[name]).to_pylist() if text}
    assert len(texts) > 30_000
    assert [(name, text) for name, text in texts if personal.find(text, name)] == []
    assert personal.find("4111111111111111", "flight")
