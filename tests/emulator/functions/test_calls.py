from __future__ import annotations

import io
import json
import time
import zipfile
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.running import RunningEmulator, eventually, is_running

pytestmark = pytest.mark.emulator

SOURCE = """
import os, sys, time
class OutOfRange(ValueError):
    pass
def handler(event, context):
    print("called")
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "raise" in event:
        raise OutOfRange(event["raise"])
    if "exit" in event:
        os._exit(3)
    if "import" in event:
        try:
            __import__(event["import"])
            return "there"
        except ImportError:
            return "absent"
    if "who" in event:
        import boto3
        return boto3.client("sts").get_caller_identity()["Arn"]
    if "denied" in event:
        import boto3
        try:
            boto3.client("s3").list_buckets()
        except Exception as error:
            return str(error)
    names = ("AWS_ENDPOINT_URL", "AWS_REGION", "PYTHONDONTWRITEBYTECODE", "AWS_PROFILE", "LOG_LEVEL")
    return {"mark": "MARK", "pid": os.getpid(), **{name: os.environ.get(name) for name in names}}
"""

MAY_CALL = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}


def package(mark: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", SOURCE.replace("MARK", mark))
    return content.getvalue()


@pytest.fixture(scope="module")
def function(emulator: RunningEmulator, make_role: Callable[..., str]) -> str:
    """A function with version 1 behind the alias `live`, and a newer $LATEST; its ARN."""
    functions = emulator.client("lambda")
    configuration = {"Runtime": "python3.11", "Handler": "main.handler", "Timeout": 30}
    role = make_role("function", "lambda")
    functions.create_function(FunctionName="f", Role=role, Code={"ZipFile": package("one")}, **configuration)
    functions.publish_version(FunctionName="f")
    functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    answer = functions.update_function_code(FunctionName="f", ZipFile=package("two"))
    return str(answer["FunctionArn"]).removesuffix(":$LATEST")


def call(emulator: RunningEmulator, event: dict[str, Any], **more: str) -> Any:
    answer = emulator.client("lambda", read_timeout=60).invoke(FunctionName="f", Payload=json.dumps(event), **more)
    return json.loads(answer["Payload"].read())


def test_it_runs_with_the_credentials_of_its_own_role(emulator: RunningEmulator, function: str) -> None:
    assert call(emulator, {"who": 1}).startswith("arn:aws:sts::000000000000:assumed-role/function/")
    assert "is not authorized to perform: s3:ListAllMyBuckets" in call(emulator, {"denied": 1})


def test_it_reaches_this_emulator_and_nothing_of_the_host_leaks_in(emulator: RunningEmulator, function: str) -> None:
    found = call(emulator, {})
    assert (found["AWS_ENDPOINT_URL"], found["AWS_REGION"]) == (emulator.endpoint, "us-east-1")
    assert [found[name] for name in ("PYTHONDONTWRITEBYTECODE", "AWS_PROFILE", "LOG_LEVEL")] == [None] * 3


@pytest.mark.parametrize(
    ("module", "found"), [("boto3", "there"), ("numpy", "absent"), ("sklearn", "absent"), ("cumulet", "absent")]
)
def test_it_has_what_awss_runtime_has_and_no_more(
    emulator: RunningEmulator, function: str, module: str, found: str
) -> None:
    assert call(emulator, {"import": module}) == found


@pytest.mark.parametrize(("qualifier", "mark"), [("live", "one"), ("1", "one"), ("$LATEST", "two")])
def test_an_alias_and_a_version_name_their_own_code(
    emulator: RunningEmulator, function: str, qualifier: str, mark: str
) -> None:
    assert call(emulator, {}, Qualifier=qualifier)["mark"] == mark


@pytest.mark.parametrize(("qualifier", "mark"), [(":live", "one"), (":1", "one"), ("", "two")])
def test_step_functions_reaches_the_version_that_the_arn_names(
    emulator: RunningEmulator, function: str, make_role: Callable[..., str], qualifier: str, mark: str
) -> None:
    states = emulator.client("stepfunctions")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function + qualifier, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    }
    name = f"calls{qualifier.replace(':', '-')}"
    definition = json.dumps({"StartAt": "Call", "States": {"Call": task}})
    role = make_role(name, "states", MAY_CALL)
    machine = states.create_state_machine(name=name, roleArn=role, definition=definition)
    execution = states.start_execution(stateMachineArn=machine["stateMachineArn"], input="{}")["executionArn"]
    done = eventually(
        lambda: (d := states.describe_execution(executionArn=execution))["status"] != "RUNNING" and d, seconds=30
    )
    assert json.loads(done["output"])["mark"] == mark


def failure(emulator: RunningEmulator, event: dict[str, Any], name: str = "f") -> dict[str, Any]:
    answer = emulator.client("lambda", read_timeout=60).invoke(
        FunctionName=name, Payload=json.dumps(event), LogType="Tail"
    )
    assert answer["FunctionError"] == "Unhandled"
    return {**json.loads(answer["Payload"].read()), "log": b64decode(answer.get("LogResult", "")).decode()}


def test_an_exception_is_answered_by_its_class_and_the_environment_lives_on(
    emulator: RunningEmulator, function: str
) -> None:
    pid = call(emulator, {})["pid"]
    failed = failure(emulator, {"raise": "too far"})
    assert (failed["errorType"], failed["errorMessage"]) == ("OutOfRange", "too far")
    assert "in handler" in failed["stackTrace"][0]
    assert "[ERROR] OutOfRange: too far" in failed["log"]
    assert call(emulator, {})["pid"] == pid


def test_a_function_that_exits_is_an_exit_error(emulator: RunningEmulator, function: str) -> None:
    assert failure(emulator, {"exit": 1})["errorType"] == "Runtime.ExitError"


@pytest.mark.parametrize(
    ("source", "handler", "error", "message"),
    [
        ("import absent", "main.handler", "Runtime.ImportModuleError", "Unable to import module 'main'"),
        ("x = 1", "main.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'"),
        ("raise KeyError('FLIGHTS')", "main.handler", "KeyError", "FLIGHTS"),
    ],
)
def test_a_package_that_cannot_be_loaded_says_why(
    emulator: RunningEmulator, make_role: Callable[..., str], source: str, handler: str, error: str, message: str
) -> None:
    name = error.replace(".", "-")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", source)
    emulator.client("lambda").create_function(
        FunctionName=name,
        Role=make_role(name, "lambda"),
        Code={"ZipFile": content.getvalue()},
        Runtime="python3.11",
        Handler=handler,
    )
    failed = failure(emulator, {}, name)
    assert failed["errorType"] == error
    assert message in failed["errorMessage"]


def test_step_functions_catches_an_exception_by_its_class(
    emulator: RunningEmulator, function: str, make_role: Callable[..., str]
) -> None:
    states = emulator.client("stepfunctions")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": {"raise": "too far"}},
        "Catch": [{"ErrorEquals": ["OutOfRange"], "Next": "Caught"}],
        "End": True,
    }
    definition = {"StartAt": "Call", "States": {"Call": task, "Caught": {"Type": "Succeed"}}}
    machine = states.create_state_machine(
        name="catches", roleArn=make_role("catches", "states", MAY_CALL), definition=json.dumps(definition)
    )
    arn = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    done = eventually(lambda: (d := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and d)
    assert done["status"] == "SUCCEEDED", done
    assert json.loads(done["output"])["Error"] == "OutOfRange"


def test_an_execution_starts_without_delay(emulator: RunningEmulator, make_role: Callable[..., str]) -> None:
    states = emulator.client("stepfunctions")
    definition = json.dumps({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})
    machine = states.create_state_machine(name="quick", roleArn=make_role("quick", "states"), definition=definition)

    def run() -> float:
        arn = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        eventually(lambda: states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")
        done = states.describe_execution(executionArn=arn)
        return float((done["stopDate"] - done["startDate"]).total_seconds())

    assert min(run() for _ in range(5)) < 0.1


def test_a_payload_beyond_six_megabytes_is_refused(emulator: RunningEmulator, function: str) -> None:
    with pytest.raises(ClientError, match="6291456") as refused:
        call(emulator, {"padding": "x" * 6_300_000})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_worker_ends_with_the_emulator_even_in_the_middle_of_a_call(emulator: RunningEmulator, function: str) -> None:
    worker = call(emulator, {})["pid"]
    emulator.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"sleep": 60}))
    time.sleep(1.5)  # the function too is kept from then on
    workers = {worker, *emulator.children()}
    emulator.kill()
    eventually(lambda: not any(is_running(pid) for pid in workers), seconds=10)
    emulator.start()
    worker = call(emulator, {})["pid"]
    emulator.stop()
    assert not is_running(worker)
    emulator.start()
