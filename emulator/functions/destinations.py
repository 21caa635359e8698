"""Where the results of asynchronous calls go: destinations and dead-letter queues, with the function's own permissions.

Source: AWS, "Capturing records of Lambda asynchronous invocations".
"""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

from emulator.errors import ServiceError
from emulator.functions import metrics
from emulator.functions.answer import Answer
from emulator.functions.delivery import Delivery
from emulator.functions.engine import Engine
from emulator.functions.event import Event
from emulator.functions.target import Target
from emulator.service import Cloud

log = logging.getLogger("emulator.functions")

SUCCESS = "Success"


class Senders:
    """Sends through the front door, signed with the credentials of the function's role: IAM decides as on AWS."""

    def __init__(self, cloud: Cloud, engine: Engine) -> None:
        self._cloud = cloud
        self._engine = engine
        self._lock = threading.Lock()

    def succeeded(self, event: Event, target: Target, found: Answer) -> None:
        """Hand the result to the destination for successes."""
        arn = target.asynchronous.on_success
        if arn:
            self._send(arn, record(event, target, found, SUCCESS, self._stamp()), target, "DestinationDeliveryFailures")

    def failed(self, event: Event, target: Target, found: Answer | None, condition: str) -> None:
        """Hand the record to the destination for failures, and the event itself to the dead-letter queue."""
        arn, queue = target.asynchronous.on_failure, target.asynchronous.dead_letters
        if arn:
            content = record(event, target, found, condition, self._stamp())
            self._send(arn, content, target, "DestinationDeliveryFailures")
        if queue:
            self._dead_letter(queue, event, target, found)

    def _stamp(self) -> str:
        return self._cloud.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _send(self, arn: str, content: dict[str, Any], target: Target, metric: str) -> None:
        body = json.dumps(content)
        service = arn.split(":")[2]
        try:
            client = self._client(service, target)
            match service:
                case "sqs":
                    client.send_message(QueueUrl=self._queue_url(arn), MessageBody=body)
                case "sns":
                    client.publish(TopicArn=arn, Message=body)
                case "lambda":
                    client.invoke(FunctionName=arn, InvocationType="Event", Payload=body)
                case "events":
                    kind = "Success" if content["requestContext"]["condition"] == SUCCESS else "Failure"
                    detail_type = f"Lambda Function Invocation Result - {kind}"
                    resources = [content["requestContext"]["functionArn"], arn]
                    entry = {"Source": "lambda", "DetailType": detail_type, "Detail": body, "Resources": resources}
                    client.put_events(Entries=[{**entry, "EventBusName": arn}])
                case _:
                    raise ServiceError("NotImplemented", f"destinations in {service} are not implemented: use SQS")
        except Exception as error:
            self._refused(target, arn, metric, error)

    def _dead_letter(self, arn: str, event: Event, target: Target, found: Answer | None) -> None:
        message = (found.body() or {}).get("errorMessage", "") if found else ""
        code = "200" if found else "429"
        values = {"RequestID": ("String", event.id), "ErrorCode": ("Number", code)}
        values["ErrorMessage"] = ("String", str(message)[:1024] or "-")
        attributes = {name: {"DataType": kind, "StringValue": text} for name, (kind, text) in values.items()}
        body = event.payload.decode(errors="replace")
        try:
            if arn.split(":")[2] == "sqs":
                client = self._client("sqs", target)
                client.send_message(QueueUrl=self._queue_url(arn), MessageBody=body, MessageAttributes=attributes)
            else:
                self._client("sns", target).publish(TopicArn=arn, Message=body, MessageAttributes=attributes)
        except Exception as error:
            self._refused(target, arn, "DeadLetterErrors", error)

    def _refused(self, target: Target, arn: str, metric: str, error: Exception) -> None:
        log.warning("%s could not send to %s: %s", target.reference.arn, arn, error)
        self._engine.deliver(Delivery(measured=metrics.counted(target, metric)))

    def _queue_url(self, arn: str) -> str:
        account, name = arn.split(":")[4:6]
        return f"{self._cloud.endpoint_url}/{account}/{name}"

    def _client(self, service: str, target: Target) -> Any:
        import boto3  # 200 ms that only who uses destinations pays

        found = self._cloud.role_credentials(target.version.role, target.reference.name)
        with self._lock:  # sessions may not be shared by threads while they make clients
            return boto3.client(
                service,
                endpoint_url=self._cloud.endpoint_url,
                region_name=target.reference.region,
                aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=found["AWS_SESSION_TOKEN"],
            )


def record(event: Event, target: Target, found: Answer | None, condition: str, stamp: str) -> dict[str, Any]:
    """The invocation record that a destination gets; `found` is the last answer, None when there was none."""
    attempts = event.failures + (condition == SUCCESS)
    made: dict[str, Any] = {
        "version": "1.0",
        "timestamp": stamp,
        "requestContext": {
            "requestId": event.id,
            "functionArn": f"{event.reference.function_arn}:{event.reference.qualifier or '$LATEST'}",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": _json(event.payload),
    }
    if found:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": target.version.version}
        if found.failed:
            context["functionError"] = "Unhandled"
        made |= {"responseContext": context, "responsePayload": found.body()}
    return made


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
