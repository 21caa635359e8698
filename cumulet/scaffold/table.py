"""Reading somebody's table: CSV or Parquet, whatever separates its columns, each column in the kind that it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from cumulet.contracts.errors import ContractError, SchemaError

SEPARATORS = ",;\t|"
BLANK = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "?"]
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
SAMPLE = 1 << 16
EXACT = 2**53
"""From here on floating-point numbers are no whole numbers."""
DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y")
"""Dates that are not ISO. One that can be read both as day first and as month first is left to its owner."""
RESERVED = frozenset(
    {"id", "date", "day", "label", "status", "known", "known_at", "night", "prediction", "model_package", "scored_at"}
)
"""Names that the lake's tables have of their own."""


def read(path: Path) -> pa.Table:
    """The table of a file, blanks as nulls. Raises SchemaError when it cannot be read, with what to do about it."""
    if not path.is_file():
        raise ContractError(f"{path}: there is no such file")
    try:
        table = pq.read_table(path) if path.read_bytes()[:4] == b"PAR1" else _read_csv(path)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise SchemaError(f"{path}: {reason}; save it as CSV in UTF-8 with a header line, or as Parquet") from error
    doubled = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if doubled:
        raise SchemaError(f"{path}: name each column once; {', '.join(doubled)} come more often")
    if not len(table) or not table.num_columns:
        raise SchemaError(f"{path}: it has no rows; give a table with a header line and rows")
    columns = [_in_kind(name, table[name].combine_chunks()) for name in table.column_names]
    return pa.table(columns, names=table.column_names)


def safe_names(names: Sequence[str]) -> dict[str, str]:
    """A name that code and SQL take for each column, in order.

    >>> safe_names(["Größe (cm)", "2nd", "date", "größe cm"])
    {'Größe (cm)': 'groesse_cm', '2nd': 'c_2nd', 'date': 'date_', 'größe cm': 'groesse_cm_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        plain = name.lower().translate(UMLAUTS)
        safe = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_") or "column"
        safe = f"c_{safe}" if safe[0].isdigit() else safe
        safe = f"{safe}_" if safe in RESERVED else safe
        taken, number = set(found.values()), 2
        while (candidate := safe if number == 2 else f"{safe}_{number - 1}") in taken:
            number += 1
        found[name] = candidate
    return found


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(SAMPLE)
    header = head.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    return arrow_csv.read_csv(
        path,
        parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(null_values=BLANK, strings_can_be_null=True),
    )


def _in_kind(name: str, column: pa.Array) -> pa.Array:
    """The column as string, int64, double, date32 or timestamp[s], the latter in UTC where it has a zone."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _in_kind(name, column.dictionary_decode())
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "yes", "no")
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _whole(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        return _day_or_moment(column.cast(pa.timestamp("s", tz=kind.tz), safe=False))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _dated(name, column.cast(pa.string()))
    if pa.types.is_date(kind):
        return column.cast(pa.date32())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    raise SchemaError(f"column {name!r} holds {kind}: give text, numbers or dates, one value per row")


def _whole(column: pa.Array) -> pa.Array:
    """Whole numbers that became floating ones because some are missing, as they were."""
    finite = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    present = finite.drop_null()
    whole = (
        len(present)
        and pc.all(pc.equal(pc.floor(present), present)).as_py()
        and pc.max(pc.abs(present)).as_py() < 2**53
    )
    return finite.cast(pa.int64()) if whole else finite


def _day_or_moment(column: pa.Array) -> pa.Array:
    days = column.cast(pa.timestamp("s")).cast(pa.date32(), safe=False)
    midnight = column.type.tz is None and pc.all(pc.equal(days.cast(pa.timestamp("s")), column)).as_py()
    return days if midnight else column


def _dated(name: str, column: pa.Array) -> pa.Array:
    """Text that is a date in every row, as dates."""
    stripped = pc.utf8_trim_whitespace(column)
    trimmed = pc.if_else(pc.is_in(stripped, pa.array(BLANK)), pa.scalar(None, pa.string()), stripped)
    present = trimmed.drop_null()
    if not len(present) or not pc.all(pc.match_substring_regex(present, r"^\d{1,4}[./-]\d{1,2}[./-]\d{2,4}$")).as_py():
        return trimmed
    read = {form: pc.strptime(trimmed, form, "s", error_is_null=True) for form in DATES}
    fitting = {form: dates for form, dates in read.items() if dates.null_count == trimmed.null_count}
    if len(fitting) > 1 and len({str(dates) for dates in fitting.values()}) > 1:
        raise SchemaError(f"column {name!r}: day or month first? Both fit {present[0]}; write dates as YYYY-MM-DD")
    return next(iter(fitting.values())).cast(pa.date32()) if fitting else trimmed
