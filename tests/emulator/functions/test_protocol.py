"""What a function and its runtime client say to each other: the same with AWS's client and with ours."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from emulator.errors import ServiceError
from tests.emulator.functions.deployed import Deployed

HANDLER = """
import logging, os, sys, time
class OutOfRange(ValueError):
    pass
def handler(event, context):
    if "raise" in event:
        raise OutOfRange(event["raise"])
    if "exit" in event:
        sys.exit(event["exit"])
    if "kill" in event:
        os.kill(os.getpid(), 9)
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "answer" in event:
        return "x" * event["answer"]
    if "unserialisable" in event:
        return object()
    if "print" in event:
        print(event["print"])
        sys.stderr.write("to standard error\\n")
        logging.getLogger().warning("a warning\\nof two lines")
        sys.stdout.write("no end of line")
    return {"pid": os.getpid(), "event": event}
"""


@pytest.fixture(autouse=True)
def _function(both: Deployed) -> None:
    both.deploy(HANDLER, timeout_s=2)


def test_the_answer_is_the_payload_and_the_environment_is_reused(both: Deployed) -> None:
    first, second = both.answer({"ö": [1, None]}), both.answer({})
    assert first["event"] == {"ö": [1, None]}
    assert first["pid"] == second["pid"]


@pytest.mark.parametrize("size", [1_500_000, 6_000_000])
def test_large_events_and_answers_arrive_whole(both: Deployed, size: int) -> None:
    assert both.answer({"answer": size}) == "x" * size
    assert both.answer({"padding": "y" * size})["event"] == {"padding": "y" * size}


def test_an_exception_is_answered_by_its_class_with_the_stack_of_the_handler(both: Deployed) -> None:
    pid = both.answer()["pid"]
    failed = both.failure({"raise": "too far"})
    assert (failed["errorType"], failed["errorMessage"]) == ("OutOfRange", "too far")
    (frame,) = failed["stackTrace"]
    assert re.fullmatch(r'  File ".*/main.py", line \d+, in handler\n    raise OutOfRange\(event\["raise"\]\)\n', frame)
    assert both.answer()["pid"] == pid


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (3, "Error: Runtime exited with error: exit status 3"),
        (0, "Error: Runtime exited without providing a reason"),
    ],
)
def test_an_exit_is_an_exit_error_and_ends_the_environment(both: Deployed, status: int, message: str) -> None:
    pid = both.answer()["pid"]
    failed = both.failure({"exit": status})
    assert failed["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(rf"RequestId: [0-9a-f-]{{36}} {re.escape(message)}", failed["errorMessage"])
    assert both.answer()["pid"] != pid


def test_a_killed_process_is_an_exit_error_with_its_signal(both: Deployed) -> None:
    assert both.failure({"kill": 1})["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")


def test_a_call_that_takes_too_long_times_out_and_ends_the_environment(both: Deployed) -> None:
    pid = both.answer()["pid"]
    failed = both.failure({"sleep": 30})
    assert failed.keys() == {"errorType", "errorMessage"}
    assert failed["errorType"] == "Sandbox.Timedout"
    assert re.fullmatch(r"RequestId: [0-9a-f-]{36} Error: Task timed out after 2.00 seconds", failed["errorMessage"])
    assert both.answer()["pid"] != pid


def test_an_answer_that_is_no_json_is_a_marshal_error(both: Deployed) -> None:
    failed = both.failure({"unserialisable": 1})
    assert failed["errorType"] == "Runtime.MarshalError"
    assert "Unable to marshal response" in failed["errorMessage"]


def test_an_answer_over_six_megabytes_is_too_large(both: Deployed) -> None:
    failed = both.failure({"answer": 6_300_000})
    assert failed["errorType"] == "Function.ResponseSizeTooLarge"
    assert "exceeded maximum allowed payload size (6291556 bytes)" in failed["errorMessage"]
    assert both.answer({"answer": 10}) == "x" * 10


@pytest.mark.parametrize(
    ("source", "handler", "error", "message"),
    [
        ("import absent", "main.handler", "Runtime.ImportModuleError", "Unable to import module 'main': No module"),
        ("x = 1", "main.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'"),
        ("def handler(:", "main.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'main'"),
        ("x = 1", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler'"),
        ("raise KeyError('FLIGHTS')", "main.handler", "KeyError", "FLIGHTS"),
        ("import os; os._exit(7)", "main.handler", "Runtime.ExitError", "exit status 7"),
    ],
)
def test_a_package_that_cannot_be_loaded_says_why_at_every_call(
    both: Deployed, source: str, handler: str, error: str, message: str
) -> None:
    both.deploy(source, name="broken", handler=handler)
    for _ in range(2):
        failed = both.failure(name="broken")
        assert failed["errorType"] == error
        assert message in failed["errorMessage"]


CONTEXT = """
def handler(event, context):
    names = ("aws_request_id", "invoked_function_arn", "function_name", "function_version", "memory_limit_in_mb",
             "log_group_name", "log_stream_name")
    found = {name: getattr(context, name) for name in names}
    client = context.client_context and context.client_context.custom
    return {**found, "left_ms": context.get_remaining_time_in_millis(), "client": client}
"""


def test_the_context_says_what_aws_says(both: Deployed) -> None:
    reference = both.deploy(CONTEXT, name="c", version="7", qualifier="live", memory_mb=512, timeout_s=9)
    found = both.engine.call(reference, b"{}", json.dumps({"custom": {"x": "1"}}))
    context = found.body()
    assert 8_000 < context.pop("left_ms") <= 9_000
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[7\][0-9a-f]{32}", context.pop("log_stream_name"))
    assert context == {
        "aws_request_id": found.request_id,
        "invoked_function_arn": "arn:aws:lambda:us-east-1:000000000000:function:c:live",
        "function_name": "c",
        "function_version": "7",
        "memory_limit_in_mb": "512",
        "log_group_name": "/aws/lambda/c",
        "client": {"x": "1"},
    }


def logged(both: Deployed, event: dict[str, Any], name: str = "f") -> list[str]:
    return list(both.call(event, name).log)


def test_each_line_and_each_record_is_an_event_between_the_platforms(both: Deployed) -> None:
    both.answer()
    start, printed, *middle, rest, end, report = logged(both, {"print": "one line"})
    assert start.startswith("START RequestId: ")
    assert start.endswith(" Version: $LATEST\n")
    assert printed == "one line\n"
    assert "to standard error\n" in middle
    assert re.fullmatch(
        r"\[WARNING\]\t\S+Z\t[0-9a-f-]{36}\ta warning\nof two lines\n", next(m for m in middle if "[" in m)
    )
    assert rest == "no end of line"
    assert end.startswith("END RequestId: ")
    assert re.fullmatch(
        r"REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\t"
        r"Max Memory Used: \d+ MB\t\n",
        report,
    )


def test_an_exception_is_one_log_event(both: Deployed) -> None:
    _, error, *_ = logged(both, {"raise": "too far"})
    assert error.startswith("[ERROR] OutOfRange: too far\nTraceback (most recent call last):\n\u00a0\u00a0File ")


def test_a_cold_start_a_time_out_and_an_exit_are_reported(both: Deployed) -> None:
    both.deploy(HANDLER + "# another\n", name="reported", timeout_s=1)
    assert "Init Duration: " in logged(both, {}, "reported")[-1]
    assert "Init Duration: " not in logged(both, {}, "reported")[-1]
    *_, timed_out, _, report = logged(both, {"sleep": 9}, "reported")
    assert timed_out.endswith(" Task timed out after 1.00 seconds\n")
    assert report.endswith("Status: timeout\t\n")
    assert logged(both, {"exit": 1}, "reported")[-1].endswith("Status: error\tError Type: Runtime.ExitError\t\n")


def test_the_log_stream_begins_with_the_initialisation(both: Deployed) -> None:
    both.deploy("print('importing')\ndef handler(event, context): pass", name="fresh")
    both.call(name="fresh")
    both.delivered()
    (stream,) = [messages for (group, _), messages in both.cloud.logs.items() if group == "/aws/lambda/fresh"]
    assert stream[:2] == ["INIT_START Runtime Version: python:3.11\n", "importing\n"]
    assert stream[2].startswith("START ")


def test_json_logs_have_the_platforms_events_and_the_records_fields(both: Deployed) -> None:
    source = "import logging\ndef handler(e, c):\n    logging.getLogger().info('said', extra={'n': 3})\n    return 1"
    both.deploy(source, name="json", json_logs=True, log_level="INFO")
    start, record, report = (json.loads(line) for line in logged(both, {}, "json"))
    assert (start["type"], start["record"]["version"]) == ("platform.start", "$LATEST")
    assert (record["level"], record["message"], record["n"]) == ("INFO", "said", 3)
    assert record["requestId"] == start["record"]["requestId"]
    assert report["type"] == "platform.report"
    assert report["record"]["metrics"]["memorySizeMB"] == 256
    failing = "def handler(e, c): raise ValueError('no')"
    both.deploy(failing, name="json-error", json_logs=True)
    error = json.loads(logged(both, {}, "json-error")[1])
    assert (error["level"], error["errorType"], error["errorMessage"]) == ("ERROR", "ValueError", "no")


def test_the_request_id_is_unknown_to_a_function_that_answers_another_call(both: Deployed) -> None:
    source = """
import http.client, os
def handler(event, context):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("POST", "/2018-06-01/runtime/invocation/another/response", b"{}")
    first = api.getresponse(); first.read()
    api.request("GET", "/2020-01-01/extension/register")
    return [first.status, api.getresponse().status]
"""
    both.deploy(source, name="intruder")
    assert both.answer(name="intruder") == [403, 404]


def test_a_function_without_its_role_is_refused(both: Deployed) -> None:
    both.deploy(HANDLER, name="roleless", role="arn:aws:iam::000000000000:role/gone")
    with pytest.raises(ServiceError, match="AccessDenied"):
        both.call(name="roleless")


def test_an_initialisation_that_never_ends_times_out(both: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.functions.environment.INIT_S", 0.2)
    both.deploy("import time; time.sleep(60)", name="slow", timeout_s=1)
    started = time.monotonic()
    assert both.failure(name="slow")["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - started < 10
