"""The loop as a whole, on real flights and with IAM enforced."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from cumulet.adapters import parquet
from cumulet.adapters.artifact import fetch, unpack
from cumulet.adapters.nights import hand_over
from cumulet.adapters.session import client
from cumulet.cli.nights import compared, evaluation_of, run_night
from cumulet.cli.workspace import Workspace
from cumulet.contracts import lake as keys
from cumulet.contracts.errors import JobError
from tests.loop.conftest import FIRST_NIGHT


def objects(workspace: Workspace, day: date) -> dict[str, str]:
    """Key to digest of everything that a night wrote, in every zone."""
    listed = [k for k in workspace.lake.list("") if f"={day}" in k and not k.startswith("raw/")]
    return {key: hashlib.sha256(workspace.lake.get(key)).hexdigest() for key in listed}


def test_the_first_model_passed_the_gate_and_is_live(loop):
    assert loop.registry.find("1").status == "Approved"
    assert loop.champion.model() == "1"
    evaluation = evaluation_of(loop, "1")
    candidate = next(m for m in evaluation["models"] if m["role"] == "candidate")
    baselines = [m for m in evaluation["models"] if m["role"] == "baseline"]
    assert len(baselines) == 3
    for baseline in baselines:
        assert candidate["roc_auc"] > baseline["roc_auc"]
        assert candidate["brier_skill"] > baseline["brier_skill"]
    assert candidate["roc_auc"] < 0.85
    assert compared(evaluation["evaluation"]) == evaluation["models"]


def test_a_night_run_twice_leaves_the_same_bytes(loop):
    run_night(loop, FIRST_NIGHT)
    once = objects(loop, FIRST_NIGHT)
    run_night(loop, FIRST_NIGHT)
    assert objects(loop, FIRST_NIGHT) == once
    zones = {key.split("/")[0] for key in once}
    assert {"curated", "labels", "features", "predictions", "sketches"} <= zones


def test_a_killed_night_run_again_leaves_what_an_undisturbed_one_leaves(loop, restart):
    day = FIRST_NIGHT + timedelta(days=1)
    run_night(loop, day)
    undisturbed = objects(loop, day)
    for seconds in (0.15, 0.6, 1.0):
        for key in undisturbed:
            loop.lake.delete(key)
        loop.nights.clock.set(loop.cut_off(day))
        loop.nights.nightly.start({"date": str(day)}, name="killed")
        time.sleep(seconds)
        restart()
        run_night(loop, day)
        assert objects(loop, day) == undisturbed


def test_one_flight_has_one_prediction_over_http_in_the_batch_and_from_the_fitted_model(loop, tmp_path, fitted):
    """1,000 flights of one night, some with missing values, some with codes that training never saw."""
    run_night(loop, FIRST_NIGHT)
    folder = unpack(fetch(loop.registry.find("1").artifact_uri), tmp_path)
    records, columns = fitted.sample(loop, FIRST_NIGHT, rows=1_000)
    from_fit = fitted.predict(folder, columns)
    over_http = np.concatenate(
        [
            [one["prediction"] for one in loop.api.predict(records[start : start + 500])["predictions"]]
            for start in range(0, len(records), 500)
        ]
    )
    in_batch = fitted.transform(loop, columns, tmp_path)
    assert len(from_fit) == 1_000
    assert np.abs(over_http - from_fit).max() <= 1e-6
    assert np.abs(in_batch - from_fit).max() <= 1e-6


def test_a_grant_taken_away_makes_the_night_fail_and_given_back_heals_it(loop):
    function = client("lambda").get_function_configuration(FunctionName=loop.outputs.features_function)
    role, iam = function["Role"].rsplit("/", 1)[1], client("iam")
    name = iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    without = json.loads(json.dumps(policy))
    without["Statement"] = [s for s in _statements(policy) if not _about(s, "dynamodb:")]
    assert without["Statement"] != policy["Statement"]
    day = FIRST_NIGHT + timedelta(days=2)
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(without))
    try:
        with pytest.raises(JobError, match=r"Features.*(AccessDenied|not authorized)"):
            run_night(loop, day)
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert run_night(loop, day).metrics["Predictions"] > 0


def _statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return list(policy["Statement"])


def _about(statement: dict[str, Any], prefix: str) -> bool:
    actions = statement["Action"]
    return any(a.startswith(prefix) for a in ([actions] if isinstance(actions, str) else actions))


BAD_DAY = date(2014, 6, 1)
HEADER_FIELDS = 0


def test_a_bad_day_ends_curated_or_quarantined_with_reasons_and_nothing_is_lost(loop):
    day = BAD_DAY
    tables = {name: content.decode() for name, content in loop.source.day(FIRST_NIGHT).items()}
    header, *rows = tables["records"].splitlines()
    distance = header.split(",").index("distance")
    impossible = rows[1].split(",")
    impossible[distance] = "-17"
    content = "\n".join([header, rows[0], ",".join(impossible), rows[2], rows[2]]) + "\n"
    without_column = "\n".join(line.split(",", 1)[1] for line in tables["outcomes"].splitlines())
    loop.lake.put(keys.raw("flights", day, "records"), content.encode())
    loop.lake.put(keys.raw("flights", day, "outcomes"), without_column.encode())
    night = loop.nights.nightly
    night.wait(night.start({"date": str(day)}))
    curated = loop.lake.read_table(keys.curated("flights", day))
    refused = [json.loads(line) for line in loop.lake.get(keys.quarantine("flights", day, "records")).splitlines()]
    assert len(curated["id"]) == 2
    assert len(refused) == 2
    reasons = json.dumps(refused)
    assert "distance" in reasons
    assert "-17" in reasons
    missing = loop.lake.get(keys.quarantine("flights", day, "outcomes")).decode()
    assert tables["outcomes"].split(",", 1)[0] in missing


def test_an_empty_day_is_a_night_without_records_and_no_error(loop):
    day = date(2014, 7, 1)
    assert hand_over(loop.source, loop.lake, "flights", day) == 0
    night = loop.nights.nightly
    assert night.wait(night.start({"date": str(day)})).output["metrics"]["Records"] == 0


def test_the_lake_can_be_read_as_parquet_without_cumulet(loop):
    """Predictions are one row a record: id, prediction, model package, scored_at."""
    run_night(loop, FIRST_NIGHT)
    table = parquet.decode(loop.lake.get(keys.prediction_file("flights", FIRST_NIGHT, "1")))
    assert {"id", "prediction", "model_package", "scored_at"} <= set(table)
    assert len(table["id"]) == len(set(table["id"].tolist())) == 970
