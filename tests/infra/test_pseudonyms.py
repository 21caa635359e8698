"""The key of the pseudonyms: generated, in no template and no environment, and there only where it is needed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cumulet.contracts.retention import EARLIER_VERSIONS, RETENTION
from infra.node import with_node


def synthesised(folder: Path, *, identifiers: bool) -> tuple[dict, str]:
    os.environ.update(with_node(os.environ))
    from aws_cdk import App, Stack, Validations
    from aws_cdk import aws_iam as iam
    from cdk_nag import AwsSolutionsChecks

    from infra.platforms import Target
    from infra.pseudonyms import Pseudonyms

    app = App(outdir=str(folder))
    stack = Stack(app, "Stack")
    pseudonyms = Pseudonyms(stack, "Pseudonyms", identifiers=identifiers, target=Target("aws"))
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    pseudonyms.grant_read(role)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()  # raises where cdk-nag finds what nobody acknowledged
    return json.loads((folder / "Stack.template.json").read_text())["Resources"], pseudonyms.arn


def test_the_template_says_how_the_key_is_generated_and_never_what_it_is(tmp_path: Path) -> None:
    resources, arn = synthesised(tmp_path, identifiers=True)
    [secret] = [r for r in resources.values() if r["Type"] == "AWS::SecretsManager::Secret"]
    generated = secret["Properties"]["GenerateSecretString"]
    assert json.loads(generated["SecretStringTemplate"]) == {"version": "1"}
    assert (generated["GenerateStringKey"], generated["PasswordLength"]) == ("key", 64)
    assert "SecretString" not in secret["Properties"]
    assert secret["DeletionPolicy"] == "Retain"
    assert arn.startswith("${Token[")
    [policy] = [r for r in resources.values() if r["Type"] == "AWS::IAM::Policy"]
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}


def test_without_identifiers_there_is_no_secret_and_nothing_to_pay(tmp_path: Path) -> None:
    resources, arn = synthesised(tmp_path, identifiers=False)
    assert {r["Type"] for r in resources.values()} == {"AWS::IAM::Role"}
    assert arn == ""


def test_every_zone_has_its_rule_and_those_kept_for_ever_have_none(templates: dict) -> None:
    [bucket] = [r for r in templates["Cumulet"]["Resources"].values() if r["Type"] == "AWS::S3::Bucket"]
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"].rstrip("/"): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {zone.zone: zone.days for zone in RETENTION if zone.days}
    assert [
        r["NoncurrentVersionExpiration"]["NoncurrentDays"] for r in rules if "NoncurrentVersionExpiration" in r
    ] == [EARLIER_VERSIONS]


def test_every_zone_of_the_lake_has_a_retention_with_a_reason() -> None:
    from cumulet.contracts import lake

    zones = {line.split("/")[0] for line in (lake.__doc__ or "").splitlines() if "/{" in line.split(" ")[0]}
    assert zones == {zone.zone for zone in RETENTION}
    assert all(len(zone.why) > 10 for zone in RETENTION)


@pytest.mark.parametrize("function", ["Ingest", "Predict"])
def test_the_functions_that_meet_identifiers_are_told_where_the_key_is(function: str, templates: dict) -> None:
    resources = templates["Cumulet-flights"]["Resources"]
    [made] = [
        r["Properties"]
        for key, r in resources.items()
        if r["Type"] == "AWS::Lambda::Function" and key.startswith(f"Functions{function}")
    ]
    assert made["Environment"]["Variables"]["CUMULET_PSEUDONYM_SECRET"] == ""
