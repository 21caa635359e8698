"""What is expected of a day before it may do any harm: each expectation judges a day by its statistics and by those of
the days before it.

Ranges come from medians over the days before, which a few odd days do not move. What is too young to be judged (three
days of the same weekday for a volume, a week for the rest) is not judged.
Source: Huber, Ronchetti (2009), Robust Statistics, on medians; Schelter et al. (2018), Automating large-scale data
quality verification, PVLDB 11(12), on declared constraints over kept statistics.
"""

from __future__ import annotations

from collections.abc import Sequence

from cumulet.core.expectations.columns import Categories, Fresh, Level, Missing
from cumulet.core.expectations.context import HISTORY_DAYS, Context, Finding
from cumulet.core.expectations.rows import Refused, Repeated, Unique, Volume
from cumulet.core.schema import Schema

__all__ = [
    "HISTORY_DAYS",
    "Categories",
    "Context",
    "Expectation",
    "Finding",
    "Fresh",
    "Level",
    "Missing",
    "Refused",
    "Repeated",
    "Unique",
    "Volume",
    "derived",
    "judge",
]

Expectation = Volume | Refused | Unique | Missing | Level | Fresh | Categories | Repeated


def derived(records: Schema, tables: Sequence[str]) -> tuple[Expectation, ...]:
    """What can be expected of any use case: volume, refused and repeated rows, and no column suddenly empty."""
    nullable = tuple(each.name for each in records.fields if each.nullable)
    return (
        Volume(table="records"),
        Refused(table="records"),
        Unique(table="records"),
        Missing(table="records", columns=nullable),
        Repeated(tables=("records", *tables)),
    )


def judge(expectations: Sequence[Expectation], context: Context) -> list[Finding]:
    """Every broken expectation, those that stop the day first."""
    found = [finding for each in expectations for finding in each.judge(context)]
    return sorted(found, key=lambda finding: not finding.stops)
