"""The American Community Survey's answers from Massachusetts, 2015 to 2018, with days that it does not have.

The files are out of nannyml's wheel, which is neither installed nor imported. They have years only: the answers of a
year are spread evenly over its days, in an order that a hash of their numbers decides, and whether a person works
becomes known two to six days later. The files' columns `prediction` and `predicted_probability` are another model's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cumulet.sources.dealing import dealt_out, hashes
from cumulet.sources.files import look_up
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
    analysis = analysis.append_column("employed", look_up(targets, "id", analysis["id"])["employed"])
    names = ("id", "AGEP", "SCHL", *(column for column, _, _ in CODES.values()), "year", "employed")
    raw = pa.concat_tables([_plain(table.select(names)) for table in (reference, analysis)])
    order, years = hashes(list(map(str, raw["id"].to_pylist()))), raw["year"].to_numpy()
    day = np.empty(len(raw), "datetime64[D]")
    for year in np.unique(years):
        day[years == year] = dealt_out(order[years == year], np.datetime64(f"{year}"), np.datetime64(f"{year + 1}"))
    known_at = day + FIRST_DELAY + order % DELAYS + NOON_UTC
    table = pa.table(
        {
            "id": raw["id"].cast(pa.string()),
            "asked": pa.nulls(len(raw), pa.date32()),
            "age": raw["AGEP"],
            "schooling": raw["SCHL"],
            **{name: pc.take(pa.array(words), pc.subtract(raw[c], first)) for name, (c, first, words) in CODES.items()},
            "date": pa.array(day),
            "status": pc.if_else(pc.equal(raw["employed"], 1), "employed", "not employed"),
            "known_at": pa.array(known_at.astype("datetime64[s]")),
            "night": pa.array(CUT_OFF.nights_of(known_at)),
        }
    )
    return table.take(pa.array(np.lexsort((order, day))))


def _plain(table: pa.Table) -> pa.Table:
    """Every column as whole numbers: codes are text in dictionaries."""
    columns = (table[name] for name in table.column_names)
    texts = (c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in columns)
    return pa.table({name: text.cast(pa.int64()) for name, text in zip(table.column_names, texts, strict=True)})
