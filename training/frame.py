"""A snapshot's frame against the use case's schema, before anything learns from it: pandera, generated from the schema.

Ingest has checked every row; this checks what became of them: a partition that was written by older code, a join that
left rows without a key, a context feature that is infinite. Pandera is imported when it is needed: 0.2 s beyond pandas.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from cumulet.contracts.errors import Problem, SchemaError
from cumulet.core import personal
from cumulet.core.fields import UNITS, Columns, Field
from cumulet.core.schema import Schema

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

SHOWN = 5
"""Broken checks that a message names."""


REWRITTEN = ("identifier", "free text")
"""Marks of fields whose values ingest has checked, and replaced by a pseudonym or masked: no pattern holds of these."""


def frame_schema(schema: Schema, features: tuple[str, ...] = ()) -> DataFrameSchema:
    """The frame check of a schema: kinds, ranges, categories, patterns, missing values, the key; finite features."""
    pa = _pandera()
    columns = {each.name: _column(pa, each) for each in schema.fields}
    finite = pa.Check(lambda values: ~np.isinf(values), error="finite, or missing")
    columns |= {name: pa.Column(checks=finite, nullable=True) for name in features}
    made: DataFrameSchema = pa.DataFrameSchema(columns, unique=list(schema.key), strict=False)
    return made


def check(schema: Schema, columns: Columns, features: tuple[str, ...] = ()) -> None:
    """Raises SchemaError naming the columns, the checks they break, how often, and a value of each."""
    import pandas as pd

    pa = _pandera()
    frame = pd.DataFrame({name: _seconds(values) for name, values in columns.items()})
    try:
        frame_schema(schema, features).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        problems = tuple(_problems(error.failure_cases, schema))
        shown = "; ".join(str(problem) for problem in problems[:SHOWN])
        raise SchemaError(f"the snapshot breaks the schema {schema.name}: {shown}", problems) from error


def _seconds(values: np.ndarray) -> np.ndarray:
    """Moments in a unit that pandas knows."""
    return values.astype("datetime64[s]") if values.dtype.kind == "M" else values


def _pandera() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the CDK pins an older typeguard than pandera likes
        import pandera.pandas as pa
    return pa


def _column(pa: Any, each: Field) -> Any:
    checks = []
    if each.categories is not None:
        checks.append(pa.Check.isin(each.categories))
    if each.pattern is not None and each.mark not in REWRITTEN:
        checks.append(_matching(pa, each.pattern))
    if each.minimum is not None:
        checks.append(pa.Check.ge(each.minimum))
    if each.maximum is not None:
        checks.append(pa.Check.le(each.maximum))
    if each.kind == "integer":
        checks.append(pa.Check(lambda values: values == np.floor(values), error="whole numbers"))
    kind = None if each.kind == "string" or each.kind in UNITS else "float64"
    return pa.Column(kind, checks=checks, nullable=each.nullable)


def _matching(pa: Any, pattern: str) -> Any:
    """Arrow's expressions are fast, and know no look-ahead and no count above 1,000: then Python's, as at ingest."""
    import pyarrow
    from pyarrow import compute

    try:
        compute.match_substring_regex(pyarrow.array([""]), pattern)
    except pyarrow.ArrowInvalid:
        compiled = re.compile(pattern)
        return pa.Check(
            lambda texts: texts.map(lambda text: bool(compiled.fullmatch(text))), error=f"matches {pattern}"
        )
    return pa.Check.str_matches(rf"(?:{pattern})\Z")


def _problems(cases: Any, schema: Schema) -> list[Problem]:
    """One problem per column and check; what a field marks is not repeated."""
    found = []
    for (column, broken), rows in cases.groupby(["column", "check"], dropna=False, sort=True):
        name = "" if column is None or column != column else str(column)
        value = rows["failure_case"].iloc[0]
        value = value.item() if isinstance(value, np.generic) else value
        value = schema.field(name).shown(value) if name in schema.names else personal.shown(value, name)
        found.append(Problem(name, value, f"{broken} does not hold in {len(rows)} places: ingest those days again"))
    return found
