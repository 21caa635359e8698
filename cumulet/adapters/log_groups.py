"""The logs of functions and jobs, read from CloudWatch Logs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from cumulet.adapters.session import client

TERMS = 8
"""Terms of one filter pattern, which has at most 1,024 characters."""
JOB_GROUPS = ("/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs", "/aws/sagemaker/TransformJobs")


def group_of(function: str) -> str:
    """The log group that a function writes to."""
    configuration = client("lambda").get_function_configuration(FunctionName=function)
    return str(configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}")


class LogGroups:
    """Reads the newest lines of some log groups, and those that come."""

    def __init__(self, groups: Sequence[str]) -> None:
        self.groups = tuple(groups)
        self._logs = client("logs")

    def tail(self, lines: int, now: datetime, days: int = 14) -> list[str]:
        """The last lines of the groups written in the last days, oldest first; `now` is the time of the target: in the
        emulator lines bear that of its clock."""
        return [_line(event) for event in self._events(_ms(now - timedelta(days=days)))[-lines:]]

    def follow(self, now: datetime, pause: float = 1.0) -> Iterator[str]:
        """New lines as they come, for ever; looked for every `pause` seconds."""
        seen: set[str] = set()
        since = _ms(now)
        while True:
            for event in self._events(since):
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    yield _line(event)
            time.sleep(pause)

    def naming(self, texts: Sequence[str]) -> Iterator[str]:
        """Every line of the groups that holds one of the texts; CloudWatch looks for a few of them at a time."""
        for start in range(0, len(texts), TERMS):
            pattern = " ".join('?"' + text.replace('"', '\\"') + '"' for text in texts[start : start + TERMS])
            yield from (_line(event) for event in self._events(0, filterPattern=pattern))

    def _events(self, since: int, **only: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        pages = self._logs.get_paginator("filter_log_events")
        for group in self.groups:
            try:
                for page in pages.paginate(logGroupName=group, startTime=since, **only):
                    events.extend(page["events"])
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
        return sorted(events, key=lambda event: int(event["timestamp"]))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _line(event: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S} {str(event['message']).rstrip()}"
