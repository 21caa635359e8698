"""Reading somebody's table: CSV or Parquet, whatever separates its columns, each column in the kind that it holds."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from cumulet.contracts.errors import SchemaError
from cumulet.scaffold.opening import encoding_of, is_parquet
from cumulet.scaffold.texts import counted, dated

SEPARATORS = ",;\t|"
BLANK = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "?"]
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
EXACT = 2**53
"""From here on floating-point numbers are no whole numbers."""
VALUE = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*|")
"""What is rather a number, a date or a blank than a column's name."""
SINCE = re.compile(r"(?i)(^|_|\b)(at|on|ts|time|date|timestamp|epoch|unix|created|updated)($|_|\b)")
SECONDS = (946_684_800, 4_102_444_800)
"""From 2000 to 2100."""
RESERVED = frozenset(
    {
        "id",
        "dt",
        "date",
        "day",
        "label",
        "status",
        "known",
        "known_at",
        "night",
        "prediction",
        "model_package",
        "scored_at",
    }
)
"""Names that the lake's tables have of their own."""


def read(path: Path, *, encoding: str = "", time: str = "") -> pa.Table:
    """The table of a file, blanks as nulls. Raises SchemaError when it cannot be read, with what to do about it.

    `encoding` is that of a CSV file without a byte order mark, `time` a column that may hold seconds since 1970.
    """
    comma = False
    try:
        if is_parquet(path):
            table = pq.read_table(path)
        else:
            table, comma = _read_csv(path, encoding_of(path, encoding))
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise SchemaError(f"{path}: {reason}; save it as CSV in UTF-8 with a header line, or as Parquet") from error
    doubled = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if doubled:
        raise SchemaError(f"{path}: name each column once; more than once there are {', '.join(doubled)}")
    if not len(table) or not table.num_columns:
        raise SchemaError(f"{path}: it has no rows; give a table with a header line and rows")
    if all(VALUE.fullmatch(name) for name in table.column_names):
        raise SchemaError(
            f"{path}: the first line holds values ({', '.join(table.column_names[:3])}), not names: add a header line"
        )
    columns = [
        _in_kind(name, table[name].combine_chunks(), comma=comma, is_time=name == time) for name in table.column_names
    ]
    return pa.table(columns, names=table.column_names)


def safe_names(names: Sequence[str]) -> dict[str, str]:
    """A name that code and SQL take for each column, in order.

    >>> safe_names(["Größe (cm)", "2nd", "date", "größe cm"])
    {'Größe (cm)': 'groesse_cm', '2nd': 'c_2nd', 'date': 'date_', 'größe cm': 'groesse_cm_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFKD", name.lower().translate(UMLAUTS)).encode("ascii", "ignore").decode()
        safe = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "column"
        safe = f"c_{safe}" if safe[0].isdigit() else safe
        safe = f"{safe}_" if safe in RESERVED else safe
        taken, number = set(found.values()), 2
        while (candidate := safe if number == 2 else f"{safe}_{number - 1}") in taken:
            number += 1
        found[name] = candidate
    return found


def _read_csv(path: Path, encoding: str) -> tuple[pa.Table, bool]:
    """A CSV file's table, and whether its decimals have a comma, as where semicolons separate."""
    text = path.read_text(encoding=encoding)
    line, _, rest = text.partition("\n")
    declared = line.strip().removeprefix("sep=") if line.startswith("sep=") else ""  # Excel's own way to say it
    text, line = (rest, rest.partition("\n")[0]) if declared else (text, line)
    separator = declared or max(SEPARATORS, key=line.count)
    table = arrow_csv.read_csv(
        io.BytesIO(text.encode()),
        parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(null_values=BLANK, strings_can_be_null=True),
    )
    return table, separator == ";"


def _in_kind(name: str, column: pa.Array, *, comma: bool, is_time: bool) -> pa.Array:
    """The column as string, int64, double, date32 or timestamp[s], the latter in UTC where it has a zone.

    One that holds no values (lists, objects, bytes) stays as it is: it can be left out.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _in_kind(name, column.dictionary_decode(), comma=comma, is_time=is_time)
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "yes", "no")
    if pa.types.is_integer(kind):
        return _since_1970(name, column.cast(pa.int64()), is_time=is_time)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _whole(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        return _day_or_moment(column.cast(pa.timestamp("s", tz=kind.tz), safe=False))
    if pa.types.is_date(kind):
        return column.cast(pa.date32())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    return _read_text(name, column.cast(pa.string()), comma=comma) if _is_text(kind) else column


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_time(kind))


def _since_1970(name: str, column: pa.Array, *, is_time: bool) -> pa.Array:
    """Seconds or milliseconds since 1970, as moments in UTC, where the column's name says that it holds moments."""
    if not (is_time or SINCE.search(name)) or column.null_count == len(column):
        return column
    span = pc.min_max(column).as_py()
    for unit, factor in (("s", 1), ("ms", 1_000)):
        if SECONDS[0] * factor <= span["min"] <= span["max"] <= SECONDS[1] * factor:
            return column.cast(pa.timestamp(unit)).cast(pa.timestamp("s", tz="UTC"), safe=False)
    return column


def _whole(column: pa.Array) -> pa.Array:
    """Whole numbers that became floating ones because some are missing, as they were."""
    finite = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    present = finite.drop_null()
    whole = (
        len(present)
        and pc.all(pc.equal(pc.floor(present), present)).as_py()
        and pc.max(pc.abs(present)).as_py() < EXACT
    )
    return finite.cast(pa.int64()) if whole else finite


def _day_or_moment(column: pa.Array) -> pa.Array:
    days = column.cast(pa.timestamp("s")).cast(pa.date32(), safe=False)
    midnight = column.type.tz is None and pc.all(pc.equal(days.cast(pa.timestamp("s")), column)).as_py()
    return days if midnight else column


def _read_text(name: str, column: pa.Array, *, comma: bool) -> pa.Array:
    """Text as the dates or the numbers that it stands for in every row, else trimmed."""
    stripped = pc.utf8_trim_whitespace(column)
    trimmed = pc.if_else(pc.is_in(stripped, pa.array(BLANK)), pa.scalar(None, pa.string()), stripped)
    found = dated(name, trimmed)
    if pa.types.is_timestamp(found.type):
        return _day_or_moment(found)
    if pa.types.is_string(found.type):
        found = counted(trimmed, decimal_comma=comma)
    return _whole(found) if pa.types.is_floating(found.type) else found
