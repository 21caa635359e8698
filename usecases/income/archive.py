"""The American Community Survey's answers from Massachusetts, 2015 to 2018, with days that it does not have.

The files are out of nannyml's wheel, which is neither installed nor imported. They have years only: the answers of a
year are spread evenly over its days, in an order that a hash of their numbers decides, and whether a person works
becomes known two to six days later. The files' columns `prediction` and `predicted_probability` are another model's.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cumulet.sources.wheel import Wheel
from usecases.income import schema
from usecases.income.schema import CUT_OFF, YES_NO

WHEEL = Wheel(
    "nannyml-0.13.1-py3-none-any.whl",
    sha256="cf5f4a33489834ae6773cb1baa33a0f98c0a3ee6ed9b43049478b25ce22fe869",
    megabytes=23,
)
FILES = tuple(f"nannyml/datasets/data/employment_MA_{part}.pq" for part in ("reference", "analysis", "analysis_target"))
CODES = {
    "marital_status": ("MAR", 1, schema.MARITAL),
    "relation": ("RELP", 0, schema.RELATIONS),
    "parents": ("ESP", 0, schema.PARENTS),
    "citizenship": ("CIT", 1, schema.CITIZENSHIP),
    "moved": ("MIG", 0, schema.MOVED),
    "military": ("MIL", 0, schema.MILITARY),
    "ancestry": ("ANC", 1, schema.ANCESTRY),
    "native": ("NATIVITY", 1, YES_NO),
    "hearing": ("DEAR", 1, YES_NO),
    "vision": ("DEYE", 1, YES_NO),
    "cognition": ("DREM", 0, (schema.NO_ANSWER, *YES_NO)),
    "sex": ("SEX", 1, schema.SEX),
    "race": ("RAC1P", 1, schema.RACES),
    "disability": ("DIS", 1, YES_NO),
}
"""Our field to the census's column, its first code and the words for that code and those after it."""
FIRST_DELAY, DELAYS = 2, 5
NOON_UTC = np.timedelta64(12, "h")


def people(files: Sequence[bytes]) -> pa.Table:
    """All answers by day: the fields of both tables, and night; `asked` is missing throughout."""
    reference, analysis, targets = (pq.read_table(pa.BufferReader(data)) for data in files)
    row = pc.index_in(analysis["id"], targets["id"].combine_chunks())
    analysis = analysis.append_column("employed", targets["employed"].take(row))
    names = ("id", "AGEP", "SCHL", *(column for column, _, _ in CODES.values()), "year", "employed")
    raw = pa.concat_tables([_plain(table.select(names)) for table in (reference, analysis)])
    hashes = np.array([zlib.crc32(str(number).encode()) for number in raw["id"].to_pylist()], np.int64)
    day = _spread(raw["year"].to_numpy(), hashes)
    known_at = day + FIRST_DELAY + hashes % DELAYS + NOON_UTC
    table = pa.table(
        {
            "id": raw["id"].cast(pa.string()),
            "asked": pa.nulls(len(raw), pa.date32()),
            "age": raw["AGEP"],
            "schooling": raw["SCHL"],
            **{field: _words(raw[column], first, words) for field, (column, first, words) in CODES.items()},
            "date": pa.array(day),
            "status": pc.if_else(pc.equal(raw["employed"], 1), "employed", "not employed"),
            "known_at": pa.array(known_at.astype("datetime64[s]")),
            "night": pa.array(CUT_OFF.nights_of(known_at)),
        }
    )
    return table.take(pa.array(np.lexsort((hashes, day))))


def _plain(table: pa.Table) -> pa.Table:
    """Every column as whole numbers: codes are text in dictionaries."""
    columns = (table[name] for name in table.column_names)
    texts = (c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in columns)
    return pa.table({name: text.cast(pa.int64()) for name, text in zip(table.column_names, texts, strict=True)})


def _words(codes: pa.ChunkedArray, first: int, words: tuple[str, ...]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(words).take(pc.subtract(codes, first).combine_chunks())])


def _spread(years: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """A day for every answer (n,): those of a year, in the order of their hashes, evenly over its days."""
    days = np.empty(len(years), "datetime64[D]")
    for year in np.unique(years):
        rows = np.flatnonzero(years == year)
        first, after = (np.datetime64(str(y), "D") for y in (year, year + 1))
        ordered = rows[np.argsort(hashes[rows], kind="stable")]
        days[ordered] = first + np.arange(len(rows)) * int((after - first).astype(int)) // len(rows)
    return days
