"""CloudFormation's schedules, with the time zone and the span that ministack's provision of them leaves out."""

from __future__ import annotations

from ministack.services import scheduler

from emulator.substrate.completions import Properties, complete

DEFAULTS = {"ScheduleExpressionTimezone": "UTC", "StartDate": None, "EndDate": None}
"""What a schedule has of each when its template says nothing."""


def install() -> None:
    """Let a template's time zone, start and end count."""
    complete("AWS::Scheduler::Schedule", _complete)


def _complete(name: str, old: Properties, new: Properties) -> None:
    schedule = scheduler._schedules[f"{new.get('GroupName', 'default')}/{name}"]
    for property, default in DEFAULTS.items():
        schedule[property] = new.get(property, default)
