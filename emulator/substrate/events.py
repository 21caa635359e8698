"""EventBridge and CloudWatch Logs as ministack has them: events and log lines of our services."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, eventbridge


def put_event(
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    resources: list[str],
    time: datetime,
    account: str,
    region: str,
) -> None:
    """Put an event of an AWS service on the default bus; returns when the targets of its rules were started."""
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "EventBusName": "default",
        "Time": int(time.timestamp()),
        "Resources": resources,
        "Account": account,
        "Region": region,
    }
    with request_scope(account, region):
        eventbridge._events_log_list().append(event)
        view = eventbridge._pattern_event_view(event)
        eventbridge._dispatch_event(event, view)
        eventbridge._archive_event(event, view)


def notify(arn: str, message: Mapping[str, Any], *, account: str, region: str) -> None:
    """Publish to a topic, or call a function in a thread of its own."""
    with request_scope(account, region):
        send = eventbridge._dispatch_to_sns if ":sns:" in arn else eventbridge._dispatch_to_lambda
        send(arn, json.dumps(message))


def put_logs(group: str, stream: str, messages: list[str], *, at: datetime, account: str, region: str) -> None:
    """Append lines of one moment to a stream, making it and its group when they are absent."""
    names = {"logGroupName": group, "logStreamName": stream}
    at_ms = int(at.timestamp() * 1000)
    with request_scope(account, region):
        cloudwatch_logs._create_log_group(names)  # both answer "already exists" when it does
        cloudwatch_logs._create_log_stream(names)
        cloudwatch_logs._put_log_events(
            {**names, "logEvents": [{"timestamp": at_ms, "message": message} for message in messages]}
        )
