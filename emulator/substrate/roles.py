"""The roles that services assume to call others: ministack lets a state machine and a rule do everything."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, stepfunctions

from emulator.errors import AccessDenied
from emulator.substrate.access import authorize_role
from emulator.substrate.workflows import role_of_task

log = logging.getLogger("emulator.roles")

_OPTIMIZED = "arn:aws:states:::"


def install() -> None:
    """Let IAM decide on the calls of state machines to functions, tables, topics, queues, and of rules to machines."""
    invoke_resource = stepfunctions._invoke_resource

    def invoke_as_role(resource: str, input_data: Any) -> Any:
        for action, arn in _needed(resource, input_data if isinstance(input_data, Mapping) else {}):
            try:
                authorize_role(role_of_task(), action, arn, account=get_account_id(), region=get_region())
            except AccessDenied as denied:
                raise stepfunctions._ExecutionError(_error(action), denied.message) from denied
        return invoke_resource(resource, input_data)

    stepfunctions._invoke_resource = invoke_as_role
    invoke_target = eventbridge._invoke_target

    def invoke_target_as_role(target: Mapping[str, Any], event: Any, rule: Mapping[str, Any], view: Any = None) -> None:
        role, arn = target.get("RoleArn", ""), target.get("Arn", "")
        try:
            if ":states:" in arn:
                authorize_role(role, "states:StartExecution", arn, account=get_account_id(), region=get_region())
        except AccessDenied as denied:
            log.warning("the rule or schedule %s may not start its target: %s", rule.get("Name"), denied.message)
            return
        invoke_target(target, event, rule, view)

    eventbridge._invoke_target = invoke_target_as_role


def _needed(resource: str, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The actions, and the resources that they are on, of a task; none for what we cannot name."""
    if resource.startswith("arn:aws:lambda:"):
        return [("lambda:InvokeFunction", resource)]
    service, _, verb = resource.removeprefix(_OPTIMIZED).partition(":")
    action = verb.partition(".")[0]
    match service, action:
        case "lambda", "invoke":
            name = str(given.get("FunctionName", ""))
            qualifier = f":{given['Qualifier']}" if given.get("Qualifier") else ""
            return [("lambda:InvokeFunction", _arn("lambda", f"function:{name}", name) + qualifier)]
        case "dynamodb", ("getItem" | "putItem" | "updateItem" | "deleteItem"):
            name = str(given.get("TableName", ""))
            return [(f"dynamodb:{action[0].upper()}{action[1:]}", _arn("dynamodb", f"table/{name}", name))]
        case "sns", "publish":
            return [("sns:Publish", str(given.get("TopicArn") or given.get("TargetArn") or "*"))]
        case "sqs", "sendMessage":
            name = str(given.get("QueueUrl", "")).rpartition("/")[2]
            return [("sqs:SendMessage", _arn("sqs", name, name))]
        case "states", "startExecution":
            return [("states:StartExecution", str(given.get("StateMachineArn", "")))]
    return []


def _arn(service: str, resource: str, given: str) -> str:
    return given if given.startswith("arn:") else f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _error(action: str) -> str:
    """As Step Functions names the SDK's exception, e.g. Lambda.AWSLambdaException."""
    service = action.partition(":")[0]
    return "Lambda.AWSLambdaException" if service == "lambda" else f"{service.title()}.AccessDeniedException"
