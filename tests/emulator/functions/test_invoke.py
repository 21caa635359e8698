"""Invoke through the front door of a running emulator, with boto3."""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.emulator.functions.deployed import archive
from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator

SOURCE = """
import os, time
def handler(event, context):
    print("called")
    if "sleep" in event:
        time.sleep(event["sleep"])
    return {"version": context.function_version, "arn": context.invoked_function_arn, "id": context.aws_request_id,
            "custom": context.client_context and context.client_context.custom}
"""
ARN = "arn:aws:lambda:us-east-1:000000000000:function:weighted"


@pytest.fixture(scope="module")
def functions(emulator: RunningEmulator, make_role: Callable[..., str]) -> Any:
    """A client, and the function `weighted` with the versions 1 and 2 behind the alias `live`, 7 to 3."""
    client = emulator.client("lambda", read_timeout=60)
    client.create_function(
        FunctionName="weighted",
        Role=make_role("weighted", "lambda"),
        Code={"ZipFile": archive({"main.py": SOURCE})},
        Runtime="python3.11",
        Handler="main.handler",
    )
    client.publish_version(FunctionName="weighted")
    client.update_function_code(FunctionName="weighted", ZipFile=archive({"main.py": SOURCE + "\n"}))
    client.publish_version(FunctionName="weighted")
    client.create_alias(
        FunctionName="weighted",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}},
    )
    return client


def payload(answer: Any) -> Any:
    return json.loads(answer["Payload"].read())


def test_an_alias_splits_calls_by_its_weights_and_says_which_version_answered(functions: Any) -> None:
    counted: Counter[str] = Counter()
    for _ in range(200):
        answer = functions.invoke(FunctionName="weighted", Qualifier="live")
        found = payload(answer)
        assert found["version"] == answer["ExecutedVersion"]
        assert found["arn"] == f"{ARN}:live"
        counted[answer["ExecutedVersion"]] += 1
    assert set(counted) == {"1", "2"}
    assert abs(counted["2"] - 60) < 2.58 * (200 * 0.3 * 0.7) ** 0.5


def test_moving_the_alias_moves_every_call(functions: Any) -> None:
    functions.create_alias(FunctionName="weighted", Name="moves", FunctionVersion="1")
    assert functions.invoke(FunctionName="weighted:moves")["ExecutedVersion"] == "1"
    functions.update_alias(FunctionName="weighted", Name="moves", FunctionVersion="2")
    assert functions.invoke(FunctionName=f"{ARN}:moves")["ExecutedVersion"] == "2"


def test_the_log_of_a_call_can_be_asked_for(functions: Any) -> None:
    answer = functions.invoke(FunctionName="weighted", LogType="Tail")
    request_id = payload(answer)["id"]
    log = b64decode(answer["LogResult"]).decode()
    assert log.startswith(
        f"START RequestId: {request_id} Version: $LATEST\ncalled\nEND RequestId: {request_id}\nREPORT"
    )
    assert answer["ResponseMetadata"]["RequestId"] == request_id
    assert "LogResult" not in functions.invoke(FunctionName="weighted")


def test_the_log_arrives_in_the_functions_group(emulator: RunningEmulator, functions: Any) -> None:
    request_id = payload(functions.invoke(FunctionName="weighted", Qualifier="1"))["id"]
    logs = emulator.client("logs")

    def found() -> list[Any]:
        events = logs.filter_log_events(logGroupName="/aws/lambda/weighted", filterPattern=f'"{request_id}"')["events"]
        return [e for e in events if e["message"].startswith("REPORT")]

    (report,) = eventually(found)
    assert "/[1]" in report["logStreamName"]


def test_a_client_context_reaches_the_function(functions: Any) -> None:
    context = "eyJjdXN0b20iOiB7IngiOiAiMSJ9fQ=="  # {"custom": {"x": "1"}}
    assert payload(functions.invoke(FunctionName="weighted", ClientContext=context))["custom"] == {"x": "1"}


def test_a_dry_run_calls_nothing(functions: Any) -> None:
    answer = functions.invoke(FunctionName="weighted", InvocationType="DryRun")
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")


def test_what_is_not_there_is_not_found(functions: Any) -> None:
    for name, qualifier in (("absent", "1"), ("weighted", "9"), ("weighted", "gone")):
        with pytest.raises(functions.exceptions.ResourceNotFoundException, match=f"function:{name}"):
            functions.invoke(FunctionName=name, Qualifier=qualifier)


def test_a_payload_that_is_no_json_is_refused(functions: Any) -> None:
    with pytest.raises(functions.exceptions.InvalidRequestContentException):
        functions.invoke(FunctionName="weighted", Payload=b"{")


def test_reserved_concurrency_is_a_429_that_says_why(functions: Any) -> None:
    functions.put_function_concurrency(FunctionName="weighted", ReservedConcurrentExecutions=0)
    try:
        with pytest.raises(functions.exceptions.TooManyRequestsException) as refused:
            functions.invoke(FunctionName="weighted")
    finally:
        functions.delete_function_concurrency(FunctionName="weighted")
    assert refused.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_a_role_that_is_gone_cannot_be_assumed(
    emulator: RunningEmulator, functions: Any, make_role: Callable[..., str]
) -> None:
    functions.create_function(
        FunctionName="roleless",
        Role=make_role("short-lived", "lambda"),
        Code={"ZipFile": archive({"main.py": SOURCE})},
        Runtime="python3.11",
        Handler="main.handler",
    )
    emulator.client("iam").delete_role(RoleName="short-lived")
    with pytest.raises(ClientError, match="AccessDenied"):
        functions.invoke(FunctionName="roleless")


def test_a_caller_needs_the_permission_to_call(emulator: RunningEmulator, functions: Any) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="caller")
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    credentials = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    caller = emulator.client("lambda", credentials=credentials)
    with pytest.raises(ClientError, match="not authorized to perform: lambda:InvokeFunction"):
        caller.invoke(FunctionName="weighted")


def test_a_function_url_calls_the_function(functions: Any, emulator: RunningEmulator) -> None:
    url = functions.create_function_url_config(FunctionName="weighted", AuthType="NONE")["FunctionUrl"]
    functions.add_permission(
        FunctionName="weighted",
        StatementId="public",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    host = url.split("/")[2]
    answer = httpx.get(f"{emulator.endpoint}/", headers={"host": f"{host.split(':')[0]}:{emulator.port}"}, timeout=30)
    assert answer.json()["version"] == "$LATEST"
