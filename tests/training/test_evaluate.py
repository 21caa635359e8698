from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace

import numpy as np
import pytest

import usecases
from cumulet.adapters import artifact
from cumulet.adapters.registry import APPROVED, PENDING, REJECTED, Registry
from cumulet.core.gates import GateRules
from cumulet.core.model import Model
from tests.training.conftest import GROUP
from training import evaluate, judging, packing, registering
from training.holdout import Holdout

FLIGHTS = usecases.load("flights")


class NoChampion:
    """The alias of a system that has no model yet."""

    package_arn = ""

    def __init__(self, function: str, alias: str) -> None:
        pass

    def package(self) -> str:
        return self.package_arn


@pytest.fixture
def run(lake, fitted, monkeypatch):
    """Run Evaluate under a gate; the registry afterwards."""

    def evaluated(run: str = "run-1", champion: str = "", **rules) -> Registry:
        gates = GateRules(**{"too_good": {"roc_auc": 0.99}, **rules})
        monkeypatch.setattr(usecases, "load", lambda name: replace(FLIGHTS, gates=gates))
        monkeypatch.setattr(evaluate, "Champion", type("Alias", (NoChampion,), {"package_arn": champion}))
        evaluate.main(["--run", run, "--reason", "alarm CalibrationGap", "--candidate", str(fitted / "output")])
        return Registry(GROUP)

    return evaluated


def test_a_candidate_that_passes_is_registered_approved_with_its_figures(run, lake):
    (package,) = run().list()
    evaluation = json.loads(lake.get("models/flights/run-1/evaluation.json"))
    assert evaluation["gate"] == {"passed": True, "reasons": []}
    assert package.status == APPROVED
    assert package.artifact_uri == "s3://lake/models/flights/run-1/model.tar.gz"
    assert package.metadata["run"] == "run-1"
    assert package.metadata["reason"] == "alarm CalibrationGap"
    assert float(package.metadata["roc_auc"]) == pytest.approx(evaluation["candidate"]["roc_auc"], abs=1e-5)


def test_a_candidate_that_the_gate_refuses_is_registered_rejected_with_the_reasons(run, lake):
    (package,) = run(too_good={"roc_auc": 0.51}).list()
    assert package.status == REJECTED
    assert "leak" in package.metadata["refusals"]
    assert "leak" in lake.get("models/flights/run-1/model_card.md").decode()


def test_the_same_run_is_registered_once_and_packs_the_same_bytes(run, lake):
    run()
    first = lake.get("models/flights/run-1/model.tar.gz")
    assert len(run().list()) == 1
    assert lake.get("models/flights/run-1/model.tar.gz") == first


def test_the_archive_carries_evaluation_and_card_and_loads(run, lake, tmp_path):
    run()
    archive = lake.get("models/flights/run-1/model.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = tar.getnames()
        assert names == sorted(names)
        assert {info.mtime for info in tar} == {0}
    assert {"evaluation.json", "model_card.json", "model_card.md", "model.onnx", "code/inference.py"} <= set(names)
    Model.load(artifact.unpack(archive, tmp_path / "model"), FLIGHTS)
    card = json.loads(lake.get("models/flights/run-1/model_card.json"))
    assert {"model_overview", "intended_uses", "training_details", "evaluation_details"} <= set(card)
    names = [details["name"] for details in card["evaluation_details"]]
    assert names[0] == "Forward in time"
    assert len(names) == 1 + len(FLIGHTS.baselines)


def test_a_candidate_that_cannot_be_compared_with_the_champion_waits_for_a_person(run, lake):
    champion = run().list()[0].arn
    registry = run("run-2", champion)
    evaluation = json.loads(lake.get("models/flights/run-2/evaluation.json"))
    assert evaluation["champion"]["compared"] is False
    assert "later than the champion's cut-off" in evaluation["champion"]["why"]
    assert registering.approval(evaluation, "automatic") == registry.find("2").status
    passed = {**evaluation, "gate": {"passed": True, "reasons": []}}
    assert registering.approval(passed, "automatic") == PENDING


def test_the_champion_is_judged_on_the_rows_after_its_cut_off(fitted, tmp_path):
    holdout = Holdout.read(fitted / "data", FLIGHTS)
    manifest = json.loads((fitted / "model" / "manifest.json").read_bytes())
    model = Model.load(fitted / "model", FLIGHTS)
    earlier = type(model.manifest)(**{**manifest, "cut_off": "2013-01-13T08:00:00+00:00"})
    champion = Model(**{**vars(model), "manifest": earlier})
    verdict = judging.against_champion(FLIGHTS, holdout, champion, "arn")
    assert verdict["compared"]
    assert verdict["days"] == 10
    later = int((holdout.rows.days > np.datetime64("2013-01-13")).sum())
    assert verdict["candidate"]["rows"] == verdict["champion"]["rows"] == later


@pytest.mark.parametrize(
    ("passed", "wanted", "status"),
    [(False, "automatic", REJECTED), (True, "manual", PENDING), (True, "automatic", APPROVED)],
)
def test_the_gate_and_the_use_case_decide_the_approval(passed, wanted, status):
    evaluation = {"gate": {"passed": passed, "reasons": []}, "champion": None}
    assert registering.approval(evaluation, wanted) == status


def test_what_fit_did_not_leave_is_named(lake, tmp_path, capsys):
    with pytest.raises(SystemExit):
        evaluate.main(["--run", "run-9", "--candidate", str(tmp_path)])
    assert "expected one model.tar.gz" in capsys.readouterr().out


def test_packing_depends_on_content_only(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name / "code").mkdir(parents=True)
        (tmp_path / name / "code" / "x.py").write_text("x = 1\n")
        (tmp_path / name / "y").write_text("y")
    assert packing.pack(tmp_path / "a") == packing.pack(tmp_path / "b")
