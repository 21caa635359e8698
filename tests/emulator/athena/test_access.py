"""Athena reads Glue and S3 in the name of whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from tests.emulator.athena.conftest import BUCKET, DATABASE, wait
from tests.emulator.running import RunningEmulator

pytestmark = pytest.mark.emulator

GLUE = {"Effect": "Allow", "Action": "glue:Get*", "Resource": "*"}
ATHENA = {
    "Effect": "Allow",
    "Action": "athena:*",
    "Resource": "arn:aws:athena:us-east-1:000000000000:workgroup/analysts",
}
LIST = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/flights/*"}
RESULTS = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": f"arn:aws:s3:::{BUCKET}/results/*",
}
ALL = {"glue": GLUE, "athena": ATHENA, "list": LIST, "read": READ, "results": RESULTS}


@pytest.fixture(scope="module")
def analyst(lake: RunningEmulator, make_role: Callable[..., str]) -> Callable[..., Any]:
    """Athena's client of a role that has all statements but one."""
    made: dict[str, Any] = {}

    def client(without: str = "") -> Any:
        if without not in made:
            statements = [statement for name, statement in ALL.items() if name != without]
            role = make_role(f"analyst-{without or 'all'}", "lambda", *statements)
            answer = lake.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            credentials = {
                "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
                "AWS_SESSION_TOKEN": answer["SessionToken"],
            }
            made[without] = lake.client("athena", credentials=credentials)
        return made[without]

    return client


def ask(athena: Any, sql: str, **given: str) -> dict[str, Any]:
    asked = {"WorkGroup": "analysts", "QueryExecutionContext": {"Database": DATABASE}, **given}
    return wait(athena, athena.start_query_execution(QueryString=sql, **asked)["QueryExecutionId"])


def test_who_may_do_all_of_it_gets_the_result(analyst: Callable[..., Any]) -> None:
    execution = ask(analyst(), "SELECT count(*) FROM flights")
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    results = analyst().get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    assert results["ResultSet"]["Rows"][1]["Data"] == [{"VarCharValue": "16"}]


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        ("glue", "Insufficient permissions to execute the query"),
        ("list", f"Permission denied on S3 path: s3://{BUCKET}"),
        ("read", f"Permission denied on S3 path: s3://{BUCKET}/flights/dt=2013-01-01/records.parquet"),
        ("results", "Access denied when writing output to url"),
    ],
)
def test_without_one_permission_the_query_fails_and_names_it(
    analyst: Callable[..., Any], without: str, reason: str
) -> None:
    status = ask(analyst(without), "SELECT count(*) FROM flights")["Status"]
    assert status["State"] == "FAILED"
    assert reason in status["StateChangeReason"]


def test_without_athena_nothing_is_started(analyst: Callable[..., Any]) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="athena:StartQueryExecution") as denied:
        ask(analyst("athena"), "SELECT 1")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"


def test_another_workgroup_or_another_zone_of_the_lake_is_not_theirs(analyst: Callable[..., Any]) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="workgroup/primary"):
        ask(analyst(), "SELECT 1", WorkGroup="primary")
    status = ask(analyst(), "SELECT count(*) FROM predictions WHERE model = '1'")["Status"]
    assert "Permission denied on S3 path" in status["StateChangeReason"]


def test_results_are_read_with_the_permission_of_who_asks(analyst: Callable[..., Any], run: Any) -> None:
    id = run("SELECT 1")["QueryExecutionId"]
    with pytest.raises(botocore.exceptions.ClientError) as denied:
        analyst("results").get_query_results(QueryExecutionId=id)
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
