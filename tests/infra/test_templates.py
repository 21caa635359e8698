from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import usecases
from cumulet.contracts import metrics
from cumulet.contracts.env import FeaturesEnv, IngestEnv, JobEnv, MonitorEnv, PredictEnv, ReleaseEnv
from cumulet.contracts.settings import FoundationOutputs, StackOutputs, UseCaseSettings, output_key, stack_name
from infra.nag import findings
from tests.infra.conftest import FLIGHTS, FOUNDATION, ROOT, Template

CONTRACTS = {
    "ingest": IngestEnv,
    "features": FeaturesEnv,
    "predict": PredictEnv,
    "monitor": MonitorEnv,
    "release": ReleaseEnv,
}
PHYSICAL = {
    "BucketName",
    "TableName",
    "FunctionName",
    "RoleName",
    "StateMachineName",
    "TopicName",
    "AlarmName",
    "LogGroupName",
}


def of_type(resources: dict[str, Template], kind: str) -> dict[str, Any]:
    return {key: r.get("Properties", {}) for key, r in resources.items() if r["Type"] == kind}


def definition(resources: dict[str, Template], name: str) -> dict[str, Any]:
    """The states of a state machine, every token a word."""
    machines = of_type(resources, "AWS::StepFunctions::StateMachine")
    [properties] = [p for key, p in machines.items() if key.startswith(name)]
    parts = properties["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(p if isinstance(p, str) else "TOKEN" for p in parts))["States"]


def test_no_resource_has_a_physical_name(resources: dict[str, Template]) -> None:
    # Versions and aliases name the function that they belong to, which is no name of their own.
    kinds = {"AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::Lambda::Permission"}
    named = [k for k, r in resources.items() if r["Type"] not in kinds and PHYSICAL & set(r.get("Properties", {}))]
    assert named == []


def test_there_are_no_custom_resources(resources: dict[str, Template]) -> None:
    assert [r["Type"] for r in resources.values() if "Custom" in r["Type"]] == []


def test_a_use_case_has_at_most_ten_alarms_on_metrics_of_the_contract(resources: dict[str, Template]) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    assert 0 < len(alarms) <= 10
    ours = [a for a in alarms if a["Namespace"] == metrics.NAMESPACE]
    assert {a["MetricName"] for a in ours} <= set(metrics.UNITS)
    assert all(a["Dimensions"] == [{"Name": metrics.DIMENSION, "Value": "flights"}] for a in ours)
    assert len(metrics.UNITS) - len(metrics.HEADLINES) + 1 <= 10


@pytest.mark.parametrize(("metric", "threshold"), [("CalibrationGap", 0.06), ("Skill", -0.02)])
def test_a_performance_alarm_needs_three_nights_of_three(
    resources: dict[str, Template], metric: str, threshold: float
) -> None:
    [alarm] = [a for a in of_type(resources, "AWS::CloudWatch::Alarm").values() if a["MetricName"] == metric]
    assert (alarm["Threshold"], alarm["Period"]) == (threshold, 86_400)
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3, 3)
    assert alarm["TreatMissingData"] == "notBreaching"


def test_no_alarm_is_on_drift_which_a_season_brings(resources: dict[str, Template]) -> None:
    watched = {a["MetricName"] for a in of_type(resources, "AWS::CloudWatch::Alarm").values()}
    assert not watched & {metrics.INPUT_DRIFT, metrics.PREDICTION_DRIFT}


def test_only_performance_alarms_start_training(resources: dict[str, Template]) -> None:
    rules = of_type(resources, "AWS::Events::Rule").values()
    [rule] = [r for r in rules if r["EventPattern"]["source"] == ["aws.cloudwatch"]]
    alarms = {a["Fn::GetAtt"][0] for a in rule["EventPattern"]["resources"]}
    watched = {resources[alarm]["Properties"]["MetricName"] for alarm in alarms}
    assert watched == {metrics.CALIBRATION_GAP, metrics.SKILL}
    assert rule["EventPattern"]["detail"] == {"state": {"value": ["ALARM"]}}
    transformer = rule["Targets"][0]["InputTransformer"]
    assert set(transformer["InputPathsMap"].values()) == {"$.time", "$.detail.alarmName"}


def test_a_night_answers_an_alarm_that_stays_red_once_the_cool_down_is_over(resources: dict[str, Template]) -> None:
    states = definition(resources, "Nightly")
    assert states["Monitor"]["Next"] == "Still red?"
    [red] = states["Still red?"]["Choices"]
    assert (red["Next"], states["Still red?"]["Default"]) == ("Look at the cool-down", "Night over")
    look = states["Look at the cool-down"]
    assert look["Resource"].endswith(":dynamodb:getItem")
    assert look["Next"] == "Cooled down?"
    [cooled] = states["Cooled down?"]["Choices"]
    assert (cooled["Next"], states["Cooled down?"]["Default"]) == ("Train again", "Night over")
    train = states["Train again"]
    assert train["Resource"].endswith(":states:startExecution")
    assert train["Arguments"]["Input"] == {
        "time": "{% $states.input.time %}",
        "reason": "{% $states.input.alarms[0] %}",
    }
    assert look["Output"] == train["Output"] == "{% $states.input %}"


def test_a_cool_down_ends_before_the_cut_off_of_its_last_night(resources: dict[str, Template]) -> None:
    begin = definition(resources, "Training")["Begin"]["Assign"]["until"]
    assert int(begin.split("+ ")[1].split(")")[0]) == (21 * 24 - 12) * 3_600_000


def test_every_function_gets_exactly_the_environment_of_its_contract(resources: dict[str, Template]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function").values()
    given = {f["Handler"].split(".")[1]: set(f["Environment"]["Variables"]) for f in functions}
    fields = {name: {f"CUMULET_{f.upper()}" for f in env.__dataclass_fields__} for name, env in CONTRACTS.items()}
    logger = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}
    assert given == {name: known | logger for name, known in fields.items()}
    assert {f["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] for f in functions} == {"INFO"}


def test_the_functions_of_the_night_have_one_package_in_common(resources: dict[str, Template]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function").values()
    keys = {f["Handler"].split(".")[1]: f["Code"]["S3Key"] for f in functions}
    assert len(set(keys.values())) == 3
    assert keys["ingest"] == keys["features"] == keys["monitor"]


def test_every_job_gets_exactly_the_environment_of_its_contract(resources: dict[str, Template]) -> None:
    states = definition(resources, "Training")
    expected = {f"CUMULET_{f.upper()}" for f in JobEnv.__dataclass_fields__}
    assert all(set(states[s]["Arguments"]["Environment"]) == expected for s in ("Snapshot", "Fit", "Evaluate"))


def test_every_log_group_is_kept_for_a_month_and_every_function_has_one(resources: dict[str, Template]) -> None:
    assert {g["RetentionInDays"] for g in of_type(resources, "AWS::Logs::LogGroup").values()} == {30}
    assert all("LogGroup" in f["LoggingConfig"] for f in of_type(resources, "AWS::Lambda::Function").values())


def test_buckets_are_encrypted_private_versioned_and_tls_only(resources: dict[str, Template]) -> None:
    for key, bucket in of_type(resources, "AWS::S3::Bucket").items():
        assert bucket["BucketEncryption"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        policies = [p for p in of_type(resources, "AWS::S3::BucketPolicy").values() if p["Bucket"] == {"Ref": key}]
        statements = [s for p in policies for s in p["PolicyDocument"]["Statement"]]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [
            s.get("Condition") for s in statements if s["Effect"] == "Deny"
        ]


def test_everything_taggable_says_whose_cost_it_is(resources: dict[str, Template]) -> None:
    for kind in ("AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::StepFunctions::StateMachine"):
        for properties in of_type(resources, kind).values():
            tags = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
            assert tags["project"] == "cumulet"
            assert tags["use-case"] == "flights"
            assert tags["cost-centre"]


@pytest.mark.parametrize("name", usecases.names())
def test_athena_reaches_every_day_that_a_use_case_has(assembly: Path, name: str) -> None:
    template = json.loads((assembly / f"{stack_name(name)}.template.json").read_text())
    tables = [r for r in template["Resources"].values() if r["Type"] == "AWS::Glue::Table"]
    ranges = {
        value
        for table in tables
        for key, value in table["Properties"]["TableInput"]["Parameters"].items()
        if key.endswith(".range")
    }
    settings = UseCaseSettings.load(ROOT / "usecases" / name / "usecase.toml")
    assert tables
    assert ranges == {f"{settings.demo.first_day},NOW"}


def test_athena_reaches_back_to_2000_for_a_use_case_without_a_demo() -> None:
    settings = UseCaseSettings(name="n", title="", time_zone="UTC", cut_off_hour=0, cost_centre="")
    assert settings.first_day == date(2000, 1, 1)


def test_a_query_costs_cents_at_most_and_its_result_is_encrypted_and_gone_after_a_week(
    resources: dict[str, Template],
) -> None:
    [group] = of_type(resources, "AWS::Athena::WorkGroup").values()
    configuration = group["WorkGroupConfiguration"]
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["BytesScannedCutoffPerQuery"] * 5 / 10**12 <= 0.05
    written = configuration["ResultConfiguration"]
    assert written["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert written["OutputLocation"]["Fn::Join"][1][-1] == "/queries/"
    [lake] = of_type(resources, "AWS::S3::Bucket").values()
    days = {r.get("Prefix"): r.get("ExpirationInDays") for r in lake["LifecycleConfiguration"]["Rules"]}
    assert days["queries/"] == 7


def test_stacks_have_the_outputs_that_the_command_line_reads(templates: dict[str, Template]) -> None:
    shared = {output_key(f) for f in FoundationOutputs.__dataclass_fields__}
    own = {output_key(f) for f in StackOutputs.__dataclass_fields__} - shared
    assert shared <= set(templates[FOUNDATION]["Outputs"])
    assert own <= set(templates[FLIGHTS]["Outputs"])


def test_an_update_of_the_stack_never_moves_the_alias(resources: dict[str, Template]) -> None:
    [(version_id, version)] = of_type(resources, "AWS::Lambda::Version").items()
    assert set(version) == {"FunctionName", "Description"}
    [alias] = of_type(resources, "AWS::Lambda::Alias").values()
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version_id, "Version"]}
    assert version_id == "ChampionFirstFC333689"  # another id would be another version


def test_only_predict_needs_a_key_and_all_methods_call_the_alias(resources: dict[str, Template]) -> None:
    methods = of_type(resources, "AWS::ApiGateway::Method").values()
    assert {m["HttpMethod"]: m.get("ApiKeyRequired", False) for m in methods} == {"POST": True, "GET": False}
    [alias] = of_type(resources, "AWS::Lambda::Alias")
    assert all({"Ref": alias} in m["Integration"]["Uri"]["Fn::Join"][1] for m in methods)


def test_the_night_starts_at_the_cut_off_of_the_use_case(resources: dict[str, Template]) -> None:
    [schedule] = of_type(resources, "AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "America/New_York"
    assert "<aws.scheduler.scheduled-time>" in json.dumps(schedule["Target"]["Input"])


def test_a_night_scores_parquet_as_one_request(resources: dict[str, Template]) -> None:
    score = definition(resources, "Nightly")["Score"]
    assert score["Resource"].endswith(":states:::sagemaker:createTransformJob.sync")
    assert score["Arguments"]["TransformInput"]["SplitType"] == "None"
    assert (score["Arguments"]["MaxPayloadInMB"], score["Arguments"]["MaxConcurrentTransforms"]) == (100, 1)


def test_a_training_that_fails_gives_its_cool_down_back(resources: dict[str, Template]) -> None:
    states = definition(resources, "Training")
    for job in ("Snapshot", "Fit", "Evaluate"):
        assert states[job]["Catch"][-1]["Next"] == "Give back the cool-down"
    assert states["Give back the cool-down"]["Next"] == "Failed"
    assert states["Cool-down"]["Catch"][0]["ErrorEquals"] == ["DynamoDB.ConditionalCheckFailedException"]


def test_a_refused_release_is_a_failed_execution(resources: dict[str, Template]) -> None:
    states = definition(resources, "Release")
    assert [states[s]["Catch"][0]["Next"] for s in ("Publish", "Replay", "Promote")] == ["Refused"] * 3
    assert states["Refused"]["Type"] == "Fail"


def test_targets_differ_only_in_runtime_removal_and_images(assemblies: dict[str, Path]) -> None:
    loaded = {t: json.loads((a / f"{FLIGHTS}.template.json").read_text()) for t, a in assemblies.items()}
    local, aws = (loaded[t]["Resources"] for t in ("local", "aws"))
    deployment = "AWS::ApiGateway::Deployment"  # its id is a hash of the API
    ids = [{k for k, r in resources.items() if r["Type"] != deployment} for resources in (local, aws)]
    assert ids[0] == ids[1]
    runtimes = {r["Properties"]["Runtime"] for r in aws.values() if r["Type"] == "AWS::Lambda::Function"}
    assert runtimes == {"python3.13"}
    assert {r.get("DeletionPolicy") for r in aws.values() if r["Type"] == "AWS::DynamoDB::Table"} == {"Retain"}
    assert {r.get("DeletionPolicy") for r in local.values() if r["Type"] == "AWS::DynamoDB::Table"} == {"Delete"}


def test_templates_pass_cfn_lint(assembly: Path) -> None:
    # W3005: the CDK lists as dependencies what references imply already.
    command = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "-r",
        "us-east-1",
        "-i",
        "W3005",
        "-t",
        str(assembly / "*.template.json"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_findings_read_the_report_of_the_cdk() -> None:
    construct = {"constructPath": "Stack/Bucket"}
    report = {"pluginReports": [{"violations": [{"ruleName": "AwsSolutions-S1", "violatingConstructs": [construct]}]}]}
    assert list(findings(report)) == [("S1", "Stack/Bucket")]


def test_the_night_of_a_day_that_was_set_aside_tells_people_and_ends_well(resources: dict[str, Template]) -> None:
    states = definition(resources, "Nightly")
    assert states["Ingest"]["Next"] == "Set aside?"
    (choice,) = states["Set aside?"]["Choices"]
    assert (choice["Condition"], choice["Next"]) == ("{% $states.input.set_aside != '' %}", "Tell")
    assert states["Tell"]["Resource"].endswith(":states:::sns:publish")
    assert "$states.input.set_aside" in states["Tell"]["Arguments"]["Message"]
    assert states[states["Tell"]["Next"]]["Type"] == "Succeed"
    assert states["Set aside?"]["Default"] == "Any records?"
