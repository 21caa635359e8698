from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.emulator.substrate.test_names import run

NIGHTLY = "cron(0 3 * * ? *)"
NEW_YORK = "America/New_York"
CASES = [
    # expression, time zone, after, the next occurrence in UTC
    (NIGHTLY, NEW_YORK, "2026-01-15T12:00:00Z", "2026-01-16T08:00:00Z"),  # winter: five hours
    (NIGHTLY, NEW_YORK, "2026-07-15T06:59:59Z", "2026-07-15T07:00:00Z"),  # summer: four
    (NIGHTLY, NEW_YORK, "2026-07-15T07:00:00Z", "2026-07-16T07:00:00Z"),  # it was due then: the next one
    (NIGHTLY, "UTC", "2026-07-15T04:00:00Z", "2026-07-16T03:00:00Z"),
    (NIGHTLY, "Asia/Tokyo", "2026-07-15T04:00:00Z", "2026-07-15T18:00:00Z"),
    ("cron(30 2 * * ? *)", NEW_YORK, "2026-03-07T08:00:00Z", "2026-03-09T06:30:00Z"),  # no 02:30 on 8 March
    ("cron(30 1 * * ? *)", NEW_YORK, "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"),  # 01:30 comes twice, counts once
    ("at(2026-07-15T03:00:00)", NEW_YORK, "2026-07-15T06:00:00Z", "2026-07-15T07:00:00Z"),
    ("at(2026-07-15T03:00:00)", NEW_YORK, "2026-07-15T07:00:00Z", None),
    ("rate(1 hour)", "UTC", "2026-01-01T02:10:00Z", "2026-01-01T03:00:00Z"),
    ("rate(1 hour)", "UTC", "2025-12-31T23:59:59Z", "2026-01-01T01:00:00Z"),  # just before it was made
    ("rate(1 hour)", "UTC", "2013-04-01T07:10:00Z", "2013-04-01T08:00:00Z"),  # the clock was set back since
    (NIGHTLY, NEW_YORK, "2013-04-01T07:00:00Z", "2013-04-02T07:00:00Z"),
]
CODE = """
import json
from datetime import datetime
from emulator.substrate.occurrences import next_occurrence
found = []
for expression, zone, after, _ in json.loads('''{cases}'''):
    schedule = {{"ScheduleExpression": expression, "ScheduleExpressionTimezone": zone, "CreationDate": 1767225600.0}}
    moment = next_occurrence({{**schedule, **{more}}}, datetime.fromisoformat(after))
    found.append(moment and moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str | None]:
    code = CODE.format(cases=json.dumps(CASES), more="{}")
    return list(json.loads(run(code, tmp_path_factory.mktemp("state"))))


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=lambda value: str(value))
def test_a_schedule_is_due_in_its_own_time_zone(found: list[str | None], number: int, case: tuple[str, ...]) -> None:
    assert found[number] == case[3]


def test_a_schedule_is_due_from_its_start_to_its_end(tmp_path: Path) -> None:
    cases = [(NIGHTLY, "UTC", "2026-01-01T00:00:00Z", ""), (NIGHTLY, "UTC", "2026-01-10T04:00:00Z", "")]
    more = '{"StartDate": "2026-01-05T00:00:00Z", "EndDate": "2026-01-10T12:00:00Z"}'
    assert json.loads(run(CODE.format(cases=json.dumps(cases), more=more), tmp_path)) == ["2026-01-05T03:00:00Z", None]
