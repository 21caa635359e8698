"""Release: publish, replay, promote; whatever is refused leaves the alias where it was."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from cumulet.adapters.champion import Champion
from cumulet.adapters.registry import Registry
from cumulet.contracts.errors import ContractError, GateError
from lambdas.predict import handler as predict
from lambdas.release.handler import handler, runtime
from training.packing import pack

Register = Callable[..., str]


@pytest.fixture
def deployed(aws: None) -> Champion:
    """The function `predict` with its first version, which serves no model, live."""
    role = boto3.client("iam").create_role(RoleName="predict", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("lambdas/predict/handler.py", "")
    functions = boto3.client("lambda")
    functions.create_function(
        FunctionName="predict",
        Runtime="python3.13",
        Role=role,
        Handler="lambdas.predict.handler.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"CUMULET_USE_CASE": "flights", "CUMULET_MODEL_PACKAGE": ""}},
        Publish=True,
    )
    functions.create_alias(FunctionName="predict", Name="live", FunctionVersion="1")
    return Champion("predict")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Versions run here instead of in Lambda; `shift` moves their predictions."""
    knob = SimpleNamespace(shift=0.0)

    def invoke(version: str, payload: dict[str, Any]) -> dict[str, Any]:
        configuration = boto3.client("lambda").get_function_configuration(FunctionName="predict", Qualifier=version)
        package = configuration["Environment"]["Variables"]["CUMULET_MODEL_PACKAGE"]
        monkeypatch.setenv("CUMULET_MODEL_PACKAGE", package)
        predict.runtime.cache_clear()
        answer = predict.handler(json.loads(json.dumps(payload)), None)
        return {"predictions": [p + knob.shift for p in answer["predictions"]]}

    monkeypatch.setattr(runtime().versions, "invoke", invoke)
    return knob


def release(arn: str) -> dict[str, Any]:
    event: dict[str, Any] = {"model_package": arn}
    for step in ("publish", "replay", "promote"):
        event = handler({**event, "step": step}, None)
    return event


def test_an_approved_package_becomes_the_champion(
    deployed: Champion, register: Register, in_process: SimpleNamespace
) -> None:
    arn = register()
    assert deployed.package() == ""
    released = release(arn)
    assert (released["version"], released["previous_version"], released["replayed"]) == ("2", "1", 5)
    assert (deployed.package(), deployed.version(), deployed.model()) == (arn, "2", "1")
    model = boto3.client("sagemaker").describe_model(ModelName=released["model_name"])
    assert deployed.model_name("flights") == released["model_name"]
    assert model["PrimaryContainer"]["ModelDataUrl"].endswith("/model.tar.gz")
    assert model["PrimaryContainer"]["Environment"]["CUMULET_MODEL_PACKAGE"] == arn


def test_a_second_run_publishes_no_second_version(
    deployed: Champion, register: Register, in_process: SimpleNamespace
) -> None:
    arn = register()
    first, second = release(arn), release(arn)
    assert second["version"] == first["version"]
    assert second["previous_version"] == "2"
    versions = boto3.client("lambda").list_versions_by_function(FunctionName="predict")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]


def test_a_successor_takes_over(deployed: Champion, register: Register, in_process: SimpleNamespace) -> None:
    release(register())
    released = release(register())
    assert (released["version"], released["previous_version"]) == ("3", "2")
    assert deployed.model() == "2"


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_a_package_that_is_not_approved_is_refused(deployed: Champion, register: Register, status: str) -> None:
    with pytest.raises(GateError, match=status):
        release(register(status))
    assert deployed.version() == "1"


def test_a_package_that_is_rejected_in_between_is_refused(
    deployed: Champion, register: Register, in_process: SimpleNamespace
) -> None:
    arn = register()
    replayed = handler({**handler({"model_package": arn, "step": "publish"}, None), "step": "replay"}, None)
    Registry("flights").reject(arn, "second thoughts")
    with pytest.raises(GateError, match="Rejected"):
        handler({**replayed, "step": "promote"}, None)
    assert deployed.version() == "1"


def test_a_package_of_another_group_is_refused(deployed: Champion, register: Register) -> None:
    boto3.client("sagemaker").create_model_package_group(ModelPackageGroupName="bikes")
    with pytest.raises(GateError, match="bikes"):
        release(register(group="bikes"))


def test_a_version_that_predicts_differently_is_refused(
    deployed: Champion, register: Register, in_process: SimpleNamespace
) -> None:
    in_process.shift = 2e-5
    with pytest.raises(GateError, match="differ by 2"):
        release(register())
    assert deployed.version() == "1"


def test_a_model_without_golden_records_is_refused(
    deployed: Champion, register: Register, in_process: SimpleNamespace, folder_of: Callable[[], Path]
) -> None:
    folder = folder_of()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "golden": []}))
    with pytest.raises(GateError, match="golden"):
        release(register(data=pack(folder)))


def test_a_step_without_replay_does_not_promote(deployed: Champion, register: Register) -> None:
    published = handler({"model_package": register(), "step": "publish"}, None)
    with pytest.raises(GateError, match="replay"):
        handler({**published, "step": "promote"}, None)
    assert deployed.version() == "1"


def test_an_unknown_step_names_those_there_are(aws: None) -> None:
    with pytest.raises(ContractError, match="publish, replay, promote"):
        handler({"step": "jump"}, None)
