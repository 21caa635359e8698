"""A CSV table as columns of text: what a source hands over, before anybody has judged it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Columns, Schema, rows, select

Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Frame:
    """Columns of text (n,) by name, in the order of the header; an empty cell is ""."""

    columns: Mapping[str, Texts]

    @classmethod
    def read(cls, data: bytes) -> Frame:
        """The inverse of `to_csv`. The file must be well formed: it comes from the source itself."""
        header, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        cells = list(zip(*lines, strict=True)) if lines else [()] * len(header)
        return cls({name: np.array([*column, None], object)[:-1] for name, column in zip(header, cells, strict=True)})

    @classmethod
    def empty(cls, schema: Schema) -> Frame:
        """No row of a schema."""
        return cls({name: np.array([], object) for name in schema.names})

    def to_csv(self) -> bytes:
        """CSV with a header, lines ended by a line feed."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return out.getvalue().encode()

    def __len__(self) -> int:
        return rows(self.columns)

    def where(self, index: Any) -> Frame:
        """The rows that a mask or positions pick."""
        return Frame(select(self.columns, index))

    def names(self, key: tuple[str, ...]) -> list[str]:
        """What names each row: its values of the key fields."""
        return ["|".join(row) for row in zip(*(self.columns[name] for name in key), strict=True)]

    def equals(self, other: Frame) -> bool:
        """Whether all rows are the same, in the same order."""
        same = self.columns.keys() == other.columns.keys() and len(self) == len(other)
        return same and all((column == other.columns[name]).all() for name, column in self.columns.items())

    def with_column(self, name: str, column: Texts) -> Frame:
        """The same with another column of this name."""
        return Frame({**self.columns, name: column})

    def typed(self, schema: Schema) -> Columns:
        """The columns by a schema; what a field does not allow is missing."""
        return {field.name: _typed(field, self.columns.get(field.name), len(self)) for field in schema.fields}


def _typed(field: Any, texts: Texts | None, count: int) -> NDArray[Any]:
    if texts is None:
        return np.asarray(field.column([None] * count))
    known = {text: field.parse(text) for text in set(texts.tolist())}
    valid = {text: None if field.check(value) else value for text, value in known.items()}
    return np.asarray(field.column([valid[text] for text in texts.tolist()]))


def stacked(frames: list[Frame]) -> Frame:
    """The rows of several tables with the columns of the first."""
    return Frame({name: np.concatenate([frame.columns[name] for frame in frames]) for name in frames[0].columns})
