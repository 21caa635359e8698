"""Which days expectations stop: none of the 365 real ones, and the same days broken in six ways.

    python -m benchmarks.expectations         # about a minute

Every day from the 29th on is handed over as it was, and again: half of its rows gone, a column all null, miles given as
kilometres, yesterday's file again, carriers under codes that nobody has seen, last night's outcomes again. The code is
the ingest function's own; the history is the real days before.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import usecases
from cumulet.cli.target import ROOT
from cumulet.contracts import lake as keys
from cumulet.core.cutoff import nights
from cumulet.core.day_statistics import TableStatistics
from cumulet.core.expectations import Context, Finding, judge
from cumulet.core.usecase import UseCase
from lambdas.ingest.judging import statistics
from lambdas.ingest.reading import read
from lambdas.ingest.unpack import MEGABYTE

RESULTS = ROOT / "benchmarks" / "results" / "expectations.json"
Tables = dict[str, bytes]
Row = dict[str, str]
Break = Callable[[Tables, Tables], Tables]
"""The day's tables and those of the day before → the tables as they come."""


class Handed:
    """A raw zone of one day, in memory."""

    def __init__(self, use_case: str, day: date, tables: Tables) -> None:
        self._objects = {keys.raw(use_case, day, name): data for name, data in tables.items()}

    def sizes(self, prefix: str) -> dict[str, int]:
        """The bytes of every object, by key."""
        return {key: len(data) for key, data in self._objects.items()}

    def find_many(self, wanted: Any) -> list[bytes | None]:
        """The content of several objects."""
        return [self._objects.get(key) for key in wanted]


def rewritten(data: bytes, change: Callable[[Row], Row]) -> bytes:
    """A CSV file with every row changed."""
    rows = [change(row) for row in csv.DictReader(io.StringIO(data.decode()))]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def half(day: Tables, before: Tables) -> Tables:
    """Half of the rows."""
    lines = day["records"].splitlines(keepends=True)
    return {**day, "records": b"".join([lines[0], *lines[1::2]])}


def null_column(day: Tables, before: Tables) -> Tables:
    """No plane has seats."""
    return {**day, "records": rewritten(day["records"], lambda row: {**row, "seats": ""})}


def kilometres(day: Tables, before: Tables) -> Tables:
    """Distances in another unit."""
    change = lambda row: {**row, "distance": f"{float(row['distance']) * 1.609344:.0f}"}  # noqa: E731
    return {**day, "records": rewritten(day["records"], change)}


def yesterday(day: Tables, before: Tables) -> Tables:
    """The records of the day before."""
    return {**day, "records": before["records"]}


def new_codes(day: Tables, before: Tables) -> Tables:
    """Carriers under other codes."""
    return {**day, "records": rewritten(day["records"], lambda row: {**row, "carrier": row["carrier"][0] + "7"})}


def old_outcomes(day: Tables, before: Tables) -> Tables:
    """The outcomes of the night before."""
    return {**day, "outcomes": before["outcomes"]}


BREAKS: tuple[Break, ...] = (half, null_column, kilometres, yesterday, new_codes, old_outcomes)


def judged(
    use_case: UseCase, day: date, tables: Tables, history: Mapping[date, Mapping[str, TableStatistics]]
) -> tuple[list[Finding], dict[str, TableStatistics]]:
    """What a day breaks, and its statistics."""
    came = read(Handed(use_case.name, day, tables), use_case, day, 64 * MEGABYTE)
    today = statistics(use_case, came)
    known = {d: s for d, s in history.items() if day - timedelta(days=28) <= d < day}
    context = Context(day=day, cut_off=use_case.cut_off.at(day), today=today, history=known)
    return judge(use_case.expected(), context), today


def year(first: date, last: date) -> Iterator[tuple[date, list[Finding], dict[str, list[Finding]]]]:
    """Day by day: what the real day breaks, and what each broken one does."""
    use_case, source = usecases.load("flights"), usecases.source("flights")
    history: dict[date, dict[str, TableStatistics]] = {}
    before: Tables = {}
    for day in nights(first, last):
        tables = source.day(day)
        found, today = judged(use_case, day, tables, history)
        broken = {}
        if len(history) >= 28:
            broken = {each.__name__: judged(use_case, day, each(tables, before), history)[0] for each in BREAKS}
        yield day, found, broken
        history[day], before = today, tables


def main() -> None:
    """Measure, print, write the JSON."""
    warned: list[str] = []
    stopped: list[str] = []
    caught: dict[str, int] = {each.__name__: 0 for each in BREAKS}
    missed: dict[str, list[str]] = {each.__name__: [] for each in BREAKS}
    days = 0
    for day, found, broken in year(date(2013, 1, 1), date(2013, 12, 31)):
        days += 1
        stopped += [f"{day} {each.message}" for each in found if each.stops]
        warned += [f"{day} {each.message}" for each in found if not each.stops]
        for name, findings in broken.items():
            good = any(each.stops for each in findings)
            caught[name] += good
            missed[name] += [] if good else [str(day)]
    figures = {"days": days, "stopped": stopped, "warned": warned, "broken and stopped": caught, "missed": missed}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    if stopped:
        raise SystemExit("real days were stopped")


if __name__ == "__main__":
    main()
