"""Keys of context tables: the values of a group's columns as text, and as integer codes for counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cumulet.core.specs import Group

ALL = "all"
"""The one key of the group of everything."""
SPARSE = 1 << 20
"""Above so many possible codes they are renumbered to those that occur."""


def row_keys(columns: Sequence[np.ndarray], n: int) -> list[str]:
    """The key of each of n rows: its values joined by |; "" when one of them is missing.

    >>> row_keys([np.array(["EWR", None], dtype=object), np.array([5.0, 6.0])], 2)
    ['EWR|5', '']
    """
    if not columns:
        return [ALL] * n
    texts = [_texts(column) for column in columns]
    if len(texts) == 1:
        return texts[0]
    return ["" if "" in row else "|".join(row) for row in zip(*texts, strict=True)]


def _texts(column: np.ndarray) -> list[str]:
    if column.dtype == object:
        return [value or "" for value in column.tolist()]
    return ["" if value != value else f"{value + 0.0:.10g}" for value in column.tolist()]


def compact(codes: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """Codes (-1: missing) renumbered to those that occur, in their order, and how many there are."""
    present = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=size))
    number = np.full(size + 1, -1, np.int32)
    number[present] = np.arange(len(present))
    return number[codes], len(present)


class Coding:
    """Rows as integers per group, so that bincount can sum by group."""

    def __init__(self, columns: Mapping[str, np.ndarray], n: int) -> None:
        self._columns, self._n = columns, n
        self._single: dict[str, tuple[np.ndarray, int]] = {}

    def codes(self, group: Group) -> tuple[np.ndarray, int]:
        """The code of every row, -1 where a value is missing, and the number of possible codes."""
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

    def keys(self, group: Group, codes: np.ndarray, present: np.ndarray) -> list[str]:
        """The keys of the codes `present`, read from a row that has each; `codes` is the code of every row."""
        row = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.int64)
        row[codes[codes >= 0]] = np.flatnonzero(codes >= 0)
        return row_keys([self._columns[name][row[present]] for name in group], len(present))

    def _factor(self, name: str) -> tuple[np.ndarray, int]:
        if name not in self._single:
            column = self._columns[name]
            self._single[name] = _factor_text(column) if column.dtype == object else _factor_numbers(column)
        return self._single[name]


def _factor_text(column: np.ndarray) -> tuple[np.ndarray, int]:
    values = column.tolist()
    code = {value: code for code, value in enumerate(dict.fromkeys(values))}
    size = len(code)
    code.update({value: -1 for value in (None, "") if value in code})
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
