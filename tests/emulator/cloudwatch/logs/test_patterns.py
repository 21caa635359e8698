from __future__ import annotations

import json

import pytest

from emulator.cloudwatch.logs.patterns import compile_pattern
from emulator.errors import ServiceError

BOTH, ERROR, WARN = "ERROR WARN message", "ERROR message", "WARN message"


@pytest.mark.parametrize(
    ("pattern", "line", "fits"),
    [
        ("", "anything", True),
        ("ERROR", "Exiting with ERRORCODE: -1", True),
        ("ERROR", "error", False),
        ("ERROR WARN", BOTH, True),
        ("ERROR WARN", ERROR, False),
        ("ERROR -WARN", ERROR, True),
        ("ERROR -WARN", BOTH, False),
        ('ERROR - "Exiting"', "Exiting with ERRORCODE: -1", False),
        ("?ERROR ?WARN", WARN, True),
        ("?ERROR ?WARN", "INFO message", False),
        ('"Failed to process"', "[WARN] Failed to process the request", True),
        ('"Failed process"', "[WARN] Failed to process the request", False),
    ],
)
def test_terms_are_found_as_documented(pattern: str, line: str, fits: bool) -> None:
    assert (compile_pattern(pattern).match(line) is not None) is fits


EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
}
USER = {
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}


@pytest.mark.parametrize(
    ("pattern", "event", "fits"),
    [
        ('{ $.eventType = "UpdateTrail" }', EVENT, True),
        ("{ $.eventType = Update* }", EVENT, True),
        ("{ $.sourceIPAddress != 123.123.* }", EVENT, True),
        ("{ $.sourceIPAddress != 111.111.* }", EVENT, False),
        ('{ $.arrayKey[0] = "value" }', EVENT, True),
        ("{ $.objectList[1].id = 2 }", EVENT, True),
        ("{ $.objectList[2].id = 2 }", EVENT, False),
        ("{ $.SomeObject IS NULL }", EVENT, True),
        ("{ $.SomeOtherObject IS NULL }", EVENT, False),
        ("{ $.SomeOtherObject NOT EXISTS }", EVENT, True),
        ("{ $.SomeObject NOT EXISTS }", EVENT, False),
        ("{ $.ThisFlag IS TRUE }", EVENT, True),
        ("{ $.ThisFlag IS FALSE }", EVENT, False),
        ("{ $.missing != 1 }", EVENT, False),
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', USER, True),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', USER, False),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
            USER,
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = no) && $.actions[2] = nomatch }',
            USER,
            False,
        ),
        ("{ $.users = 1 }", {"users": [1, 2, 3]}, False),
        ("{ $.users != 1 }", {"users": [1, 2, 3]}, False),
        ("{ $.latency >= 500 }", {"latency": 500}, True),
        ("{ $.numbers[0] < 10e3 }", {"numbers": [9999.5]}, True),
        ("{ $.numbers[0] < 10e-3 }", {"numbers": [0.02]}, False),
        ("{ $.latency > +1000 }", {"latency": 1000}, False),
        ("{ $.errorCode = 400 }", {"errorCode": 400.0}, True),
        ('{ $.level = "ERROR" && $.ms > 100 }', {"level": "ERROR", "ms": 101}, True),
        ("{ $.latency = * }", {"latency": 3}, True),
        ('{ $["a b"].c = 1 }', {"a b": {"c": 1}}, True),
    ],
)
def test_json_is_compared_as_documented(pattern: str, event: object, fits: bool) -> None:
    assert (compile_pattern(pattern).match(json.dumps(event)) is not None) is fits


def test_a_line_that_is_no_json_object_does_not_fit_a_json_pattern() -> None:
    for line in ("", "text", "[1]", "{broken", "3"):
        assert compile_pattern("{ $.a NOT EXISTS }").match(line) is None


LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", True),
        ("[ip, user, username]", False),
        ("[..., status_code, bytes]", True),
        ("[ip, user, ..., status_code, bytes]", True),
        ("[ip, user, ...]", True),
        ("[ip, user, username, timestamp, request, status_code, bytes > 1000]", True),
        ("[ip, user, username, timestamp, request, status_code, bytes > 2000]", False),
        ("[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]", True),
        ("[ip, user, username, timestamp, request, status_code = 4* && status_code != 404, bytes]", False),
        ("[..., status_code = 500 || status_code = 404, bytes]", True),
        ('[..., request = "GET /index.html HTTP/1.0", status_code, bytes]', True),
    ],
)
def test_fields_are_compared_as_documented(pattern: str, fits: bool) -> None:
    assert (compile_pattern(pattern).match(LINE) is not None) is fits


def test_what_was_found_is_named() -> None:
    found = compile_pattern("[..., request=*.html*, status_code=4*,]").match(LINE)
    assert found is not None
    assert found.values() == {
        "$status_code": "404",
        "$request": "GET /index.html HTTP/1.0",
        "$7": "1534",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$3": "frank",
        "$2": "-",
        "$1": "127.0.0.1",
    }
    in_json = compile_pattern("{ $.ms > 5 && $.ok IS TRUE }").match('{"ms": 7.5, "ok": true}')
    assert in_json is not None
    assert in_json.values() == {"$.ms": "7.5", "$.ok": "true"}


@pytest.mark.parametrize(
    "pattern",
    ["{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1", "{ ($.a = 1 }", "{ $.a ~ 1 }", '"open', "[a, b", "[a = 1 b]",
     "[..., a, ...]", "{ $.a IS MAYBE }"],
)  # fmt: skip
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str) -> None:
    with pytest.raises(ServiceError, match="Invalid filter pattern") as refused:
        compile_pattern(pattern)
    assert refused.value.code == "InvalidParameterException"


def test_a_regular_expression_is_refused_by_name() -> None:
    with pytest.raises(ServiceError, match="regular expression"):
        compile_pattern("{ $.a = %AUTH.*% }")
