"""A field of a schema: one kind of value, its range, its check and its column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np

from cumulet.contracts.errors import Problem
from cumulet.core import personal
from cumulet.core.pseudonyms import is_pseudonym

Kind = Literal["string", "integer", "number", "date", "datetime", "timestamp"]
Mark = Literal["identifier", "personal", "sensitive", "free text"]
"""What a field says of a person; docs/privacy.md has what follows from each."""
Columns = dict[str, np.ndarray]
Record = Mapping[str, Any]

UNITS = {"date": "D", "datetime": "m", "timestamp": "s"}
"""The kinds that are moments, and the numpy unit of their columns."""

FORMS = {
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "a date as YYYY-MM-DD"),
    "datetime": (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"), "a local time as YYYY-MM-DDTHH:MM, without zone"),
    "timestamp": (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "a UTC time as YYYY-MM-DDTHH:MM:SSZ"),
}


@dataclass(frozen=True)
class Field:
    """One field: kind, range, unit. `categories` close the set of values; leave them out where new ones may come."""

    name: str
    kind: Kind
    description: str
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] | None = None
    pattern: str | None = None
    unit: str = ""
    mark: Mark | None = None

    def __post_init__(self) -> None:
        if self.mark in ("identifier", "free text") and self.kind != "string":
            raise ValueError(f"{self.name} is marked {self.mark}: only a field of kind string can be, not {self.kind}")

    def check(self, value: Any) -> Problem | None:
        """What is wrong with the value, with its remedy; None when nothing is."""
        if value is None:
            return None if self.nullable else self._problem(value, f"give {self.name}: {self.description}")
        if self.kind == "string":
            return self._check_text(value)
        if self.kind in FORMS:
            return self._check_moment(value)
        return self._check_number(value)

    def parse(self, text: str | None) -> Any:
        """CSV text as a value: empty is None; a number that cannot be read stays text, for `check` to report."""
        if text is None or not text.strip():
            return None
        if self.kind not in ("integer", "number"):
            return text.strip()
        if "_" in text:  # Python would read 1_5 as 15
            return text
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if self.kind == "integer" and number.is_integer() else number

    def column(self, values: Iterable[Any]) -> np.ndarray:
        """Valid values as a typed column, shape (n,)."""
        if self.kind == "string":
            return np.array([*values, None], dtype=object)[:-1]
        if self.kind in UNITS:
            text = ["NaT" if value is None else value.removesuffix("Z") for value in values]
            return np.array(text, dtype=f"datetime64[{UNITS[self.kind]}]")
        return np.array([math.nan if value is None else value for value in values], dtype=np.float64)

    def values(self, column: np.ndarray) -> list[Any]:
        """A typed column as values, the inverse of `column`."""
        if self.kind == "string":
            return [None if value is None else str(value) for value in column]
        if self.kind in UNITS:
            zone = "Z" if self.kind == "timestamp" else ""
            text = np.datetime_as_string(column.astype(f"datetime64[{UNITS[self.kind]}]")).tolist()
            return [None if value == "NaT" else value + zone for value in text]
        number = int if self.kind == "integer" else float
        return [None if math.isnan(value) else number(value) for value in column.tolist()]

    def _check_text(self, value: Any) -> Problem | None:
        if not isinstance(value, str):
            return self._problem(value, f"give text, not {type(value).__name__}")
        if self.categories is not None and value not in self.categories:
            return self._problem(value, f"give one of {', '.join(self.categories)}")
        if self.mark == "identifier" and is_pseudonym(value):
            return None
        if self._pattern is not None and not self._pattern.fullmatch(value):
            return self._problem(value, f"give text that matches {self.pattern}")
        if self.mark in (None, "sensitive") and self.categories is None:
            remedy = personal.refusal(value, self.name)
            return self._problem(value, remedy) if remedy else None
        return None

    def _check_moment(self, value: Any) -> Problem | None:
        form, wanted = FORMS[self.kind]
        try:
            if isinstance(value, str) and form.fullmatch(value) and datetime.fromisoformat(value):
                return None
        except ValueError:
            pass
        return self._problem(value, f"give {wanted}")

    def _check_number(self, value: Any) -> Problem | None:
        wanted = "a whole number" if self.kind == "integer" else "a number"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._problem(value, f"give {wanted}, not {type(value).__name__}")
        if not _finite(value):
            return self._problem(value, f"give {wanted} that is finite, or leave it out where it may be missing")
        if self.kind == "integer" and not float(value).is_integer():
            return self._problem(value, "give a whole number")
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum is not None and value < self.minimum:
            return self._problem(value, f"give a value of at least {self.minimum:g}{unit}")
        if self.maximum is not None and value > self.maximum:
            return self._problem(value, f"give a value of at most {self.maximum:g}{unit}")
        return None

    def _problem(self, value: Any, remedy: str) -> Problem:
        return Problem(self.name, self.shown(value), remedy)

    def shown(self, value: Any) -> Any:
        """A value as a message may repeat it: what the field marks is not, nor personal data that came undeclared."""
        if self.mark in ("identifier", "personal", "free text") and value is not None:
            return f"[{self.mark}]"
        return personal.shown(value, self.name)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return re.compile(self.pattern) if self.pattern else None


def _finite(value: float) -> bool:
    """Whether the value is a number that float64 holds; JSON can spell integers that it does not."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
