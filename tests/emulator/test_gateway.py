from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator


def post(emulator: RunningEmulator, path: str, size: int) -> tuple[int, dict[str, str]]:
    answer = httpx.post(emulator.endpoint + path, content=b"x" * size, timeout=30)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("size", "message"), [(10_485_761, "HTTP content length exceeded 10485760 bytes."), (6_400_000, "Request Too Long")]
)
def test_a_body_that_api_gateway_or_its_function_refuses_is_413(
    emulator: RunningEmulator, size: int, message: str
) -> None:
    assert post(emulator, "/_aws/execute-api/0123abcd/prod/predict", size) == (413, {"message": message})


@pytest.mark.parametrize("size", [10_485_761, 6_400_000])
def test_an_api_answers_a_body_that_is_too_large_with_its_own_gateway_response(
    emulator: RunningEmulator, size: int
) -> None:
    gateway = emulator.client("apigateway")
    api = gateway.create_rest_api(name="problems")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK")
    gateway.put_gateway_response(
        restApiId=api,
        responseType="REQUEST_TOO_LARGE",
        statusCode="413",
        responseParameters={"gatewayresponse.header.Content-Type": "'application/problem+json'"},
        responseTemplates={"application/json": '{"title": "Content Too Large", "status": 413}'},
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    answer = httpx.post(f"{emulator.endpoint}/_aws/execute-api/{api}/prod/", content=b"x" * size, timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json() == {"title": "Content Too Large", "status": 413}


def test_a_large_object_is_no_api_body(emulator: RunningEmulator) -> None:
    storage = emulator.client("s3")
    storage.create_bucket(Bucket="large")
    storage.put_object(Bucket="large", Key="object", Body=b"x" * 11_000_000)
    assert storage.head_object(Bucket="large", Key="object")["ContentLength"] == 11_000_000


def test_a_service_that_nobody_serves_is_refused_by_name(emulator: RunningEmulator) -> None:
    with pytest.raises(ClientError, match="codedeploy") as refused:
        emulator.client("codedeploy").list_applications()
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_answer_is_not_held_back_by_the_network(emulator: RunningEmulator) -> None:
    """Nagle's algorithm would hold each answer back for 40 ms."""
    storage = emulator.client("s3")
    storage.create_bucket(Bucket="quick")
    storage.put_object(Bucket="quick", Key="key", Body=b"x" * 1024)
    seconds = []
    for _ in range(50):
        started = time.perf_counter()
        storage.get_object(Bucket="quick", Key="key")["Body"].read()
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.03


@pytest.mark.parametrize("body", [{"now": "2013-04-01"}, {"now": "soon"}, {}, {"mode": "fast"}])
def test_a_clock_that_cannot_be_understood_is_refused_with_what_is_expected(
    emulator: RunningEmulator, body: dict[str, str]
) -> None:
    answer = emulator.set_clock(**body)
    assert answer["status_code"] == 400
    assert '{"now": "2013-04-01T07:00:00Z"}' in answer["message"]


def test_an_unknown_route_of_the_emulator_names_those_that_exist(emulator: RunningEmulator) -> None:
    answer = emulator.get("/_emulator/nothing")
    assert answer["status_code"] == 404
    assert "/_emulator/health" in answer["message"]


def test_refusing_a_service_costs_no_memory(emulator: RunningEmulator) -> None:
    """ministack would load botocore's whole catalogue (400 MB) to find out that it is one of AWS's."""

    def resident_kb() -> int:
        status = Path(f"/proc/{emulator.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    before = resident_kb()
    with pytest.raises(ClientError, match="textract"):
        emulator.client("textract").list_adapters()
    assert resident_kb() - before < 50_000
