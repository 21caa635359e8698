"""Keys of context tables: the values of a group's columns as text, and as integer codes for counting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from cumulet.core.specs import Group

ALL = "all"
"""The one key of the group of everything."""
TEN_DIGITS = 10**10
"""Up to here ten digits say every whole number."""
SPARSE = 1 << 20
"""Above so many possible codes they are renumbered to those that occur."""


def row_keys(columns: Sequence[np.ndarray], n: int) -> list[str]:
    """The key of each of n rows: its values joined by |; "" when one of them is missing.

    >>> row_keys([np.array(["EWR", None], dtype=object), np.array([5.0, 6.0])], 2)
    ['EWR|5', '']
    """
    return _joined([_texts(column) for column in columns], n)


class RowKeys:
    """The keys of rows for one group after another; a column that several groups share becomes text once."""

    def __init__(self, column: Callable[[str], np.ndarray], n: int) -> None:
        self._column, self._n = column, n
        self._texts: dict[str, list[str]] = {}

    def of(self, group: Group) -> list[str]:
        """The key of each row, as `row_keys` gives it."""
        for name in group:
            if name not in self._texts:
                self._texts[name] = _texts(self._column(name))
        return _joined([self._texts[name] for name in group], self._n)


def _joined(texts: Sequence[list[str]], n: int) -> list[str]:
    if not texts:
        return [ALL] * n
    if len(texts) == 1:
        return texts[0]
    if any("" in column for column in texts):
        return ["" if "" in row else "|".join(row) for row in zip(*texts, strict=True)]
    return list(map("|".join, zip(*texts, strict=True)))


def _texts(column: np.ndarray) -> list[str]:
    if column.dtype == object:
        return [value or "" for value in column.tolist()]
    if np.all(column == np.rint(column)) and np.abs(column).max(initial=0) < TEN_DIGITS:
        return list(map(str, column.astype(np.int64).tolist()))  # what .10g says of them, sooner
    return ["" if value != value else f"{value + 0.0:.10g}" for value in column.tolist()]


def compact(codes: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """Codes (-1: missing) renumbered to those that occur, in their order, and how many there are."""
    present = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=size))
    number = np.full(size + 1, -1, np.int32)
    number[present] = np.arange(len(present))
    return number[codes], len(present)


class Coding:
    """Rows as integers per group, so that bincount can sum by group. `column` gives the n values of a name."""

    def __init__(self, column: Callable[[str], np.ndarray], n: int) -> None:
        self._column, self._n = cache(column), n
        self._single: dict[str, tuple[np.ndarray, int]] = {}

    def codes(self, group: Group) -> tuple[np.ndarray, int]:
        """The code of every row, -1 where a value is missing, and the number of possible codes."""
        if len(group) == 1:
            return self._factor(group[0])
        codes, size = np.zeros(self._n, dtype=np.int64), 1
        missing = np.zeros(self._n, dtype=bool)
        for name in group:
            own, own_size = self._factor(name)
            missing |= own < 0
            codes, size = codes * own_size + own, size * own_size
            if size > SPARSE:
                found, codes = np.unique(codes, return_inverse=True)
                size = len(found)
        codes[missing] = -1
        return codes, size

    def keys(self, group: Group, codes: np.ndarray, rows: np.ndarray, present: np.ndarray) -> list[str]:
        """The keys of the codes `present`, each read from a row that has it; `codes` are those of some `rows`."""
        row = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.int64)
        row[codes] = rows
        return row_keys([self._column(name)[row[present]] for name in group], len(present))

    def _factor(self, name: str) -> tuple[np.ndarray, int]:
        if name not in self._single:
            column = self._column(name)
            self._single[name] = _factor_text(column) if column.dtype == object else _factor_numbers(column)
        return self._single[name]


def _factor_text(column: np.ndarray) -> tuple[np.ndarray, int]:
    values = column.tolist()
    code = {value: code for code, value in enumerate(sorted({*values} - {None, ""}))}
    size = len(code)
    code.update({None: -1, "": -1})
    return np.fromiter(map(code.__getitem__, values), dtype=np.int32, count=len(values)), size


def _factor_numbers(column: np.ndarray) -> tuple[np.ndarray, int]:
    """Numbers are the same key when their texts are."""
    missing = np.isnan(column)
    number = np.where(missing, 0, column)
    least = number.min(initial=0)
    if number.max(initial=0) - least < SPARSE and np.all(number == np.rint(number)):
        codes, size = (number - least).astype(np.int32), int(number.max(initial=0) - least) + 1
    else:
        found, inverse = np.unique(number, return_inverse=True)
        by_text, size = _factor_text(np.array([*_texts(found), None], dtype=object)[:-1])
        codes = by_text[inverse]
    codes[missing] = -1
    return codes, size
