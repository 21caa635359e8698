"""Against the emulator's CloudFormation, with assemblies of a few lines."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cumulet.adapters import deployment, session, stacks
from cumulet.adapters.registry import Registry, describe, model_name
from cumulet.contracts.errors import DeployError, NotFoundError
from tests.emulator.running import RunningEmulator

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete", "Properties": {}}
REFUSED = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ImportValue": "no-such-export"}}}
PLACE = {"bucketName": "cdk-assets-${AWS::AccountId}-${AWS::Region}", "region": "us-east-1"}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    before, running = dict(os.environ), RunningEmulator(tmp_path_factory.mktemp("deployment") / "state")
    os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_DEFAULT_REGION"] = running.endpoint, "us-east-1"
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "test"
    session.client.cache_clear()
    yield running
    running.stop()
    os.environ.clear()
    os.environ.update(before)
    session.client.cache_clear()


def assembly(
    folder: Path, resources: dict[str, Any], *, name: str, needs: str = "", says: dict[str, str] | None = None
) -> Path:
    """Add a stack, with its template as an asset, to the assembly in a folder; `says` are further outputs."""
    folder.mkdir(exist_ok=True)
    outputs = {key: {"Value": {"Ref": key}} for key in resources}
    outputs |= {key: {"Value": value} for key, value in (says or {}).items()}
    template = json.dumps({"Resources": resources, "Outputs": outputs})
    (folder / f"{name}.template.json").write_text(template)
    key = hashlib.sha256(template.encode()).hexdigest()
    source = {"path": f"{name}.template.json", "packaging": "file"}
    files = {key: {"source": source, "destinations": {"here": {**PLACE, "objectKey": f"{key}.json"}}}}
    (folder / f"{name}.assets.json").write_text(json.dumps({"files": files}))
    manifest = folder / "manifest.json"
    artifacts = json.loads(manifest.read_text())["artifacts"] if manifest.exists() else {}
    dependencies = [needs] if needs else []
    artifacts[name] = {"type": "aws:cloudformation:stack", "dependencies": [f"{name}.assets", *dependencies]}
    manifest.write_text(json.dumps({"artifacts": artifacts}))
    return folder


def apply(folder: Path) -> list[deployment.Progress]:
    return list(deployment.deploy(folder))


def test_stacks_come_after_those_that_they_need(tmp_path: Path) -> None:
    assembly(tmp_path, {"A": BUCKET}, name="Late", needs="Early")
    assembly(tmp_path, {"A": BUCKET}, name="Early")
    assert stacks.names(tmp_path) == ["Early", "Late"]


@pytest.mark.emulator
def test_a_stack_is_created_then_unchanged_then_updated_then_deleted_with_what_its_bucket_holds(
    emulator: RunningEmulator, tmp_path: Path
) -> None:
    created = apply(assembly(tmp_path / "1", {"A": BUCKET}, name="Cumulet-life"))
    assert [p.status for p in created if p.resource == "Cumulet-life"][-1] == "CREATE_COMPLETE"
    assert [s.name for s in stacks.deployed()] == ["Cumulet-life"]
    bucket = stacks.outputs("Cumulet-life")["A"]
    assert [p.status for p in apply(tmp_path / "1")][-1] == "UNCHANGED"

    updated = apply(assembly(tmp_path / "2", {"A": BUCKET, "B": BUCKET}, name="Cumulet-life"))
    assert [p.status for p in updated if p.resource == "Cumulet-life"][-1] == "UPDATE_COMPLETE"
    assert "B" in {p.resource for p in updated}

    emulator.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    deleted = list(deployment.delete(["Cumulet-life"]))
    assert (bucket, "EMPTYING") in [(p.resource, p.status) for p in deleted]
    assert stacks.describe("Cumulet-life") is None
    assert list(deployment.delete(["Cumulet-life"])) == []


@pytest.mark.emulator
def test_packages_and_their_models_go_before_the_group_that_could_not_go_with_them(
    emulator: RunningEmulator, tmp_path: Path
) -> None:
    group = {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": {"ModelPackageGroupName": "kites"}}
    apply(assembly(tmp_path, {"Group": group}, name="Cumulet-kites", says={"UseCase": "kites"}))
    sagemaker, registry = emulator.client("sagemaker"), Registry("kites")
    arns = [
        registry.register(artifact_uri="s3://b/model.tar.gz", image="i", status="Rejected", metadata={"gate": "x"})
        for _ in range(2)
    ]
    sagemaker.create_model(
        ModelName=model_name("kites", arns[0]),
        PrimaryContainer={"Image": "i", "ModelDataUrl": "s3://b/model.tar.gz"},
        ExecutionRoleArn="arn:aws:iam::000000000000:role/r",
    )
    deleted = [p.resource for p in deployment.delete(["Cumulet-kites"])]
    assert {*arns, model_name("kites", arns[0])} <= set(deleted)
    assert stacks.describe("Cumulet-kites") is None
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    for arn in arns:
        with pytest.raises(NotFoundError):
            describe(arn)
    assert sagemaker.list_models()["Models"] == []


@pytest.mark.emulator
def test_a_failure_names_resource_reason_and_remedy_and_the_next_deploy_starts_anew(
    emulator: RunningEmulator, tmp_path: Path
) -> None:
    broken = assembly(tmp_path / "1", {"Good": BUCKET, "Bad": REFUSED}, name="Cumulet-fails")
    with pytest.raises(DeployError, match=r"stack Cumulet-fails is ROLLBACK_COMPLETE. Bad: .*no-such-export.*Remedy"):
        apply(broken)
    assert stacks.describe("Cumulet-fails")["StackStatus"] == "ROLLBACK_COMPLETE"  # type: ignore[index]
    statuses = [p.status for p in apply(assembly(tmp_path / "2", {"Good": BUCKET}, name="Cumulet-fails"))]
    assert "DELETE_COMPLETE" in statuses
    assert statuses[-1] == "CREATE_COMPLETE"


@pytest.mark.emulator
def test_a_template_that_is_refused_is_a_deploy_error(emulator: RunningEmulator, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="AWS::Moon::Base"):
        apply(assembly(tmp_path, {"A": {"Type": "AWS::Moon::Base"}}, name="Cumulet-moon"))


@pytest.mark.emulator
def test_what_is_not_deployed_is_not_found_with_the_command_that_mends_it(emulator: RunningEmulator) -> None:
    with pytest.raises(NotFoundError, match="run `cumulet deploy`"):
        stacks.use_case("kites")
