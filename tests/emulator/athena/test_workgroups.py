from __future__ import annotations

import io
import json
from typing import Any

import botocore.exceptions
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.emulator.athena.conftest import BUCKET, DATABASE, Query, create_table
from tests.emulator.running import RunningEmulator, eventually

pytestmark = pytest.mark.emulator
Error = botocore.exceptions.ClientError


def test_an_enforced_workgroup_says_where_results_go(lake: RunningEmulator, run: Query) -> None:
    own = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/mine/"}}
    enforced = run("SELECT 1", **own)["ResultConfiguration"]["OutputLocation"]
    assert enforced.startswith(f"s3://{BUCKET}/results/")
    athena = lake.client("athena")
    athena.update_work_group(WorkGroup="analysts", ConfigurationUpdates={"EnforceWorkGroupConfiguration": False})
    asked = run("SELECT 1", **own)["ResultConfiguration"]["OutputLocation"]
    athena.update_work_group(WorkGroup="analysts", ConfigurationUpdates={"EnforceWorkGroupConfiguration": True})
    assert asked.startswith(f"s3://{BUCKET}/mine/")


def test_without_a_place_for_results_a_query_is_refused(lake: RunningEmulator) -> None:
    with pytest.raises(Error, match="No output location provided"):
        lake.client("athena").start_query_execution(QueryString="SELECT 1")
    nowhere = {"OutputLocation": "s3://no-such-bucket/x/"}
    with pytest.raises(Error, match="Unable to verify/create output bucket no-such-bucket"):
        lake.client("athena").start_query_execution(QueryString="SELECT 1", ResultConfiguration=nowhere)


def test_a_query_beyond_the_cutoff_is_cancelled_before_it_reads(lake: RunningEmulator, run: Query) -> None:
    body = io.BytesIO()
    pq.write_table(pa.table({"x": np.random.default_rng(0).random(1_500_000)}), body, compression="none")
    lake.client("s3").put_object(Bucket=BUCKET, Key="big/dt=2013-01-01/records.parquet", Body=body.getvalue())
    create_table(lake.client("glue"), "big", {"x": "double"}, {"dt": "date"})
    lake.client("athena").create_work_group(
        Name="thrifty",
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"},
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )
    refused = run("SELECT sum(x) FROM big", WorkGroup="thrifty")["Status"]
    assert refused["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in refused["StateChangeReason"]
    assert run("SELECT count(*) FROM big", WorkGroup="thrifty")["Status"]["State"] == "SUCCEEDED"
    assert run("SELECT sum(x) FROM big")["Statistics"]["DataScannedInBytes"] > 10_000_000
    lake.client("glue").delete_table(DatabaseName=DATABASE, Name="big")


def test_a_workgroup_is_made_changed_listed_and_deleted(lake: RunningEmulator, run: Query) -> None:
    athena = lake.client("athena")
    location = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"}}
    athena.create_work_group(Name="short", Configuration=location, Tags=[{"Key": "a", "Value": "b"}])
    with pytest.raises(Error, match="already created"):
        athena.create_work_group(Name="short")
    assert {"primary", "short"} <= {group["Name"] for group in athena.list_work_groups()["WorkGroups"]}
    arn = "arn:aws:athena:us-east-1:000000000000:workgroup/short"
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    run("SELECT 1", WorkGroup="short")
    athena.update_work_group(WorkGroup="short", State="DISABLED")
    with pytest.raises(Error, match="disabled"):
        athena.start_query_execution(QueryString="SELECT 1", WorkGroup="short")
    with pytest.raises(Error, match="not empty"):
        athena.delete_work_group(WorkGroup="short")
    athena.delete_work_group(WorkGroup="short", RecursiveDeleteOption=True)
    with pytest.raises(Error, match="not found"):
        athena.get_work_group(WorkGroup="short")
    with pytest.raises(Error, match="primary"):
        athena.delete_work_group(WorkGroup="primary")


def test_a_bad_request_names_every_member_that_is_wrong(lake: RunningEmulator) -> None:
    with pytest.raises(Error, match="bytesScannedCutoffPerQuery"):
        lake.client("athena", parameter_validation=False).create_work_group(
            Name="bad", Configuration={"BytesScannedCutoffPerQuery": 1}
        )


def test_named_queries_are_kept(lake: RunningEmulator) -> None:
    athena = lake.client("athena")
    given = {"Name": "by carrier", "Database": DATABASE, "QueryString": "SELECT 1", "WorkGroup": "analysts"}
    id = athena.create_named_query(**given)["NamedQueryId"]
    assert athena.get_named_query(NamedQueryId=id)["NamedQuery"] == {**given, "NamedQueryId": id}
    athena.update_named_query(NamedQueryId=id, Name="renamed", QueryString="SELECT 2")
    assert athena.batch_get_named_query(NamedQueryIds=[id])["NamedQueries"][0]["QueryString"] == "SELECT 2"
    assert athena.list_named_queries(WorkGroup="analysts")["NamedQueryIds"] == [id]
    athena.delete_named_query(NamedQueryId=id)
    with pytest.raises(Error, match="was not found"):
        athena.get_named_query(NamedQueryId=id)


def test_cloudformation_makes_changes_and_deletes_a_workgroup(lake: RunningEmulator) -> None:
    cloudformation, athena = lake.client("cloudformation"), lake.client("athena")

    def template(cutoff: int) -> str:
        configuration: dict[str, Any] = {"BytesScannedCutoffPerQuery": cutoff}
        properties = {"Name": "from-a-template", "WorkGroupConfiguration": configuration, "RecursiveDeleteOption": True}
        group = {"Type": "AWS::Athena::WorkGroup", "Properties": properties}
        return json.dumps({"Resources": {"Group": group}, "Outputs": {"Name": {"Value": {"Ref": "Group"}}}})

    cloudformation.create_stack(StackName="athena", TemplateBody=template(10_000_000))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="athena", WaiterConfig={"Delay": 1})
    [stack] = cloudformation.describe_stacks(StackName="athena")["Stacks"]
    assert stack["Outputs"][0]["OutputValue"] == "from-a-template"
    cloudformation.update_stack(StackName="athena", TemplateBody=template(20_000_000))

    def cutoff() -> bool:
        group = athena.get_work_group(WorkGroup="from-a-template")["WorkGroup"]
        return bool(group["Configuration"]["BytesScannedCutoffPerQuery"] == 20_000_000)

    eventually(cutoff)
    cloudformation.delete_stack(StackName="athena")
    eventually(lambda: "from-a-template" not in [g["Name"] for g in athena.list_work_groups()["WorkGroups"]])
