"""The loop as a whole, on real flights and with IAM enforced."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from datetime import date, timedelta
from typing import Any

import pytest

from cumulet.adapters.days import Days
from cumulet.adapters.evaluations import evaluation_of
from cumulet.adapters.session import client
from cumulet.cli.workspace import Workspace
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import JobError, SchemaError
from tests.emulator.running import eventually
from tests.loop.conftest import FIRST_NIGHT, Loop


def objects(workspace: Workspace, day: date) -> dict[str, str]:
    """Key to digest of everything that a night wrote, in every zone but raw."""
    found = [key for key in workspace.lake.list("") if f"={day}/" in key and not key.startswith("raw/")]
    return {key: hashlib.sha256(workspace.lake.get(key)).hexdigest() for key in found}


def test_the_first_model_beats_every_baseline_passes_the_gate_and_is_live(loop: Loop):
    workspace = loop.workspace
    assert workspace.registry.find("1").status == "Approved"
    assert workspace.champion.model() == "1"
    models = evaluation_of(workspace.registry.find("1"))["models"]
    candidate = next(m for m in models if m["role"] == "candidate")
    baselines = [m for m in models if m["role"] == "baseline"]
    assert len(baselines) == 3
    for baseline in baselines:
        assert candidate["roc_auc"] > baseline["roc_auc"]
        assert candidate["skill"] > baseline["skill"]
    assert candidate["roc_auc"] < 0.85


def test_a_night_run_twice_leaves_the_same_bytes(loop: Loop):
    loop.workspace.nights.run(FIRST_NIGHT)
    once = objects(loop.workspace, FIRST_NIGHT)
    loop.workspace.nights.run(FIRST_NIGHT)
    assert objects(loop.workspace, FIRST_NIGHT) == once
    assert {key.split("/")[0] for key in once} >= {"curated", "labels", "features", "predictions", "sketches"}


def test_the_predictions_are_one_row_a_record_with_their_model_package(loop: Loop):
    loop.workspace.nights.run(FIRST_NIGHT)
    table = loop.workspace.lake.read_table(keys.prediction_file("flights", FIRST_NIGHT, "1"))
    assert sorted(table) == ["id", "model_package", "prediction", "scored_at"]
    assert len(table["id"]) == len(set(table["id"].tolist())) == 970
    assert set(table["model_package"].tolist()) == {loop.workspace.champion.package()}


@pytest.mark.parametrize("state", ["Ingest", "Features", "Score", "Monitor"])
def test_a_killed_night_run_again_leaves_what_an_undisturbed_one_leaves(loop: Loop, state: str):
    workspace, day = loop.workspace, FIRST_NIGHT + timedelta(days=1)
    workspace.nights.run(day)
    undisturbed = objects(workspace, day)
    for key in undisturbed:
        workspace.lake.delete(key)
    killed = workspace.nights.nightly.start({"date": str(day)}, name="killed")
    eventually(lambda: workspace.nights.nightly.current_state(killed) == state)
    loop.kill_and_restart()
    assert workspace.nights.nightly.running() == []
    workspace.nights.run(day)
    assert objects(workspace, day) == undisturbed


def test_a_grant_taken_away_makes_the_night_fail_and_given_back_heals_it(loop: Loop):
    workspace, iam, day = loop.workspace, client("iam"), FIRST_NIGHT + timedelta(days=2)
    function = client("lambda").get_function_configuration(FunctionName=workspace.outputs.features_function)
    role = function["Role"].rsplit("/", 1)[1]
    name = iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    without = {**policy, "Statement": [s for s in policy["Statement"] if not _about(s, "dynamodb:")]}
    assert len(without["Statement"]) < len(policy["Statement"])
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(without))
    try:
        with pytest.raises(JobError, match=r"Features: .*not authorized to perform: dynamodb:"):
            workspace.nights.run(day)
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert workspace.nights.run(day).metrics["Predictions"] > 0


def _about(statement: dict[str, Any], prefix: str) -> bool:
    actions = statement["Action"]
    return any(a.startswith(prefix) for a in ([actions] if isinstance(actions, str) else actions))


def test_a_bad_day_is_set_aside_and_once_accepted_quarantined_with_reasons(loop: Loop):
    """Few flights, an impossible distance, a duplicate, and a table that misses a column; nothing else is lost."""
    workspace, day = loop.workspace, date(2014, 6, 1)
    tables = {name: content.decode() for name, content in workspace.source.day(FIRST_NIGHT).items()}
    header, *rows = (line.replace(str(FIRST_NIGHT), str(day)) for line in tables["records"].splitlines())
    impossible = rows[1].split(",")
    impossible[header.split(",").index("distance")] = "-17"
    records = [header, rows[0], ",".join(impossible), rows[2], rows[2]]
    outcomes = [line.split(",", 1)[1] for line in tables["outcomes"].splitlines()]
    workspace.lake.put(keys.raw("flights", day, "records"), "\n".join(records).encode())
    workspace.lake.put(keys.raw("flights", day, "outcomes"), "\n".join(outcomes).encode())
    nightly, days = workspace.nights.nightly, Days(workspace.lake, "flights")
    assert nightly.wait(nightly.start({"date": str(day)})).output["set_aside"]
    assert days.manifest(day) is None
    assert workspace.simulation.done(day, day) == {day}
    assert not workspace.lake.list(keys.features("flights", day))
    assert "set aside" in days.page(day).decode()
    days.accept(day, "a test")
    nightly.wait(nightly.start({"date": str(day)}))
    assert len(workspace.lake.read_table(keys.curated("flights", day))["id"]) == 2
    refused = workspace.lake.get(keys.quarantine("flights", day, "records")).decode()
    assert len(refused.splitlines()) == 2
    assert "distance" in refused
    assert "-17" in refused
    missing = tables["outcomes"].split(",", 1)[0]
    assert missing in workspace.lake.get(keys.quarantine("flights", day, "outcomes")).decode()


def test_an_empty_day_is_a_night_without_records_and_no_error(loop: Loop):
    nightly = loop.workspace.nights.nightly
    assert nightly.wait(nightly.start({"date": "2014-07-01"})).output["metrics"]["Records"] == 0


def post(workspace: Workspace, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(f"{workspace.api.url}/predict", data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_request_without_the_key_is_refused(loop: Loop):
    body = json.dumps(loop.workspace.use_case.example).encode()
    status, problem = post(loop.workspace, body)
    assert status == 403
    assert "key" in json.dumps(problem)


@pytest.mark.parametrize("megabytes", [5, 11])
def test_a_body_of_many_megabytes_is_refused_as_too_large(loop: Loop, megabytes: int):
    key = loop.workspace.api.key
    status, problem = post(loop.workspace, b"[" + b" " * megabytes * 2**20 + b"]", **{"x-api-key": key})
    assert status == 413
    assert problem


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"wings": 2}, "wings"),
        ({"distance": "far"}, "distance"),
        ({"distance": -1}, "distance"),
        ({"carrier": None}, "carrier"),
    ],
)
def test_a_bad_record_is_refused_naming_field_value_and_remedy(loop: Loop, change: dict[str, Any], field: str):
    with pytest.raises(SchemaError, match=rf"{field}=.*: \w+"):
        loop.workspace.api.predict({**loop.workspace.use_case.example, **change})
