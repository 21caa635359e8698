"""Numbers and dates that stand in a table as text: prices with their sign, percentages, dates that are not ISO."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from cumulet.contracts.errors import SchemaError

DAYS: Final = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y-%m-%d")
"""Dates. A column that can be read both as day first and as month first is left to its owner."""
TIMES: Final = ("", " %H:%M", " %H:%M:%S")
DATED: Final = r"^\d{1,4}[./-]\d{1,2}[./-]\d{2,4}( \d{1,2}:\d{2}(:\d{2})?)?$"
SIGNS: Final = r"€|\$|£|¥|₹|%|EUR|USD|GBP|CHF"
NUMBER: Final = rf"^[-+−]?\s*({SIGNS})?\s*[-+−]?\d[\d.,'’\s\x{{a0}}\x{{202f}}]*\s*({SIGNS})?$"
POINT: Final = re.compile(r"\.\d*$")


def dated(name: str, column: pa.Array) -> pa.Array:
    """Text that is a date, or a date and a time, in every row as such; other text as it is."""
    present = column.drop_null()
    if not len(present) or not pc.all(pc.match_substring_regex(present, DATED)).as_py():
        return column
    read = {
        form: pc.strptime(column, form, "s", error_is_null=True)
        for form in (day + time for day in DAYS for time in TIMES)
    }
    fitting = {form: moments for form, moments in read.items() if moments.null_count == column.null_count}
    if len({str(moments.to_pylist()) for moments in fitting.values()}) > 1:
        raise SchemaError(f"column {name!r}: day or month first? Both fit {present[0]}; write dates as YYYY-MM-DD")
    if not fitting:
        return column
    form, moments = next(iter(fitting.items()))
    return moments if "%H" in form else moments.cast(pa.date32())


def counted(column: pa.Array, *, decimal_comma: bool) -> pa.Array:
    """Text that is a number in every row (€ 1,234.50; 12,5 %; 1.234,50) as float64; other text as it is.

    `decimal_comma` decides where every comma could be one of thousands as well (1,234).
    """
    present = column.drop_null()
    if not len(present) or not pc.all(pc.match_substring_regex(present, NUMBER)).as_py():
        return column
    plain = pc.replace_substring_regex(
        pc.replace_substring(column, "−", "-"), rf"({SIGNS})|['’\s\x{{a0}}\x{{202f}}]", ""
    )
    decimal = _decimal(plain.drop_null().unique().to_pylist(), decimal_comma=decimal_comma)
    if not decimal:
        return column
    plain = pc.replace_substring(plain, "." if decimal == "," else ",", "")
    try:
        return pc.replace_substring(plain, ",", ".").cast(pa.float64())
    except pa.ArrowInvalid:  # 1.2.3 is a version, 12-5 a range
        return column


def _decimal(texts: Sequence[str], *, decimal_comma: bool) -> str:
    """The mark of the decimals, empty where texts contradict each other."""
    ends = {mark for text in texts for mark in ",." if _is_decimal(text, mark)}
    if len(ends) > 1:
        return ""
    return next(iter(ends), "," if decimal_comma else ".")


def _is_decimal(text: str, mark: str) -> bool:
    """Whether a mark can only be that of decimals in this text: it comes last and once, and not before three digits."""
    other = "." if mark == "," else ","
    whole, found, after = text.rpartition(mark)
    return bool(found) and mark not in whole and other not in after and (len(after) != 3 or other in whole)
