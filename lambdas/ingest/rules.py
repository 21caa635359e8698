"""What a night asks of the rows of a table besides its schema; each rule yields positions, and what is wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np

from cumulet.contracts.errors import Problem
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase
from lambdas.ingest.validation import Rule


def every(*rules: Rule) -> Rule:
    """One rule that asks what several ask."""
    return lambda columns: chain.from_iterable(rule(columns) for rule in rules)


def identified(columns: Columns) -> Iterator[tuple[int, Problem]]:
    """A record of a night has an id (a request to `predict` may omit it): by it its outcome is found later."""
    for n in np.flatnonzero(columns["id"] == None):  # noqa: E711 - element by element
        yield int(n), Problem("id", None, "give id: the outcome names the record by it, else it can never be labelled")


def of_day(use_case: UseCase, day: date) -> Rule:
    """Records belong to the day they came with, also those that do not say to which one."""

    def rule(columns: Columns) -> Iterator[tuple[int, Problem]]:
        days = use_case.days(use_case.dated(columns, day))
        for n in np.flatnonzero(days != np.datetime64(day)):
            found = str(columns[use_case.event_time][n])
            yield int(n), Problem(use_case.event_time, found, f"hand it over with the day {days[n]}")

    return rule


def on_the_clock(use_case: UseCase, day: date) -> Rule:
    """Local times that the clocks of the day showed; of an hour that they showed twice the first is meant.

    Source: zoneinfo's rule for `fold` (PEP 495): a time that a gap leaves out changes on its way to UTC and back.
    """
    zone = ZoneInfo(use_case.cut_off.time_zone)
    local_times = use_case.schema.field(use_case.event_time).kind == "datetime"
    if not local_times or _offset(day, zone) == _offset(day + timedelta(days=1), zone):
        return lambda columns: iter(())

    def rule(columns: Columns) -> Iterator[tuple[int, Problem]]:
        for n, local in enumerate(columns[use_case.event_time].tolist()):
            if local is None or local.date() != day:
                continue
            shown = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
            if shown != local:
                remedy = f"give a time that there was: clocks in {zone.key} went from it to {shown:%Y-%m-%dT%H:%M}"
                yield n, Problem(use_case.event_time, f"{local:%Y-%m-%dT%H:%M}", remedy)

    return rule


def _offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()


def known_by(use_case: UseCase, day: date) -> Rule:
    """An outcome of a night was known at its cut-off: a later one would leak the future into the features."""
    cut_off = np.datetime64(use_case.cut_off.at(day).replace(tzinfo=None), "s")

    def rule(columns: Columns) -> Iterator[tuple[int, Problem]]:
        for n in np.flatnonzero(columns["known_at"] > cut_off):
            yield int(n), Problem("known_at", f"{columns['known_at'][n]}Z", f"known after {cut_off}Z: a later night's")

    return rule
