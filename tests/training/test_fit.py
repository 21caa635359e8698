from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import usecases
from cumulet.contracts.errors import ContractError, NotFoundError, SkewError
from cumulet.core.context import with_context
from cumulet.core.metrics import binary as metrics
from cumulet.core.model import Model
from cumulet.core.schema import select
from cumulet.core.usecase import FitRows
from tests.training.conftest import small_candidate
from training import fit, fitting, golden
from training.dataset import Rows, forward_folds, read
from training.holdout import Holdout

FLIGHTS = usecases.load("flights")


def days_of(days: int, rows: int = 20) -> Rows:
    y = np.tile([0.0, 1.0], days * rows // 2)
    when = np.repeat(np.datetime64("2013-01-01") + np.arange(days), rows)
    return Rows({"n": np.arange(len(y), dtype=np.float64)}, y, when)


def test_every_fold_is_judged_on_days_after_those_it_was_fitted_on():
    folds = forward_folds(days_of(90), folds=4, fold_days=14)
    assert len(folds) == 4
    for earlier, later in folds:
        assert earlier.days.max() < later.days.min()
        assert len(np.unique(later.days)) == 14
    judged = np.concatenate([later.days for _, later in folds])
    assert judged.max() == np.datetime64("2013-03-31")
    assert len(np.unique(judged)) == 56


def test_a_fold_is_fitted_on_no_more_rows_than_declared_and_judged_on_all():
    rows = replace(days_of(90), columns={"id": np.array([f"r{n}" for n in range(1800)], object)})
    for earlier, later in forward_folds(rows, folds=4, fold_days=14, limit=FitRows(fold_maximum=300)):
        assert len(earlier) == 300
        assert len(later) == 14 * 20
        assert earlier.days.max() < later.days.min()


def test_the_candidate_is_fitted_on_the_declared_number_of_rows(fitted):
    rows, _ = read(fitted / "train", FLIGHTS)
    use_case = replace(small_candidate(), fit_rows=FitRows(maximum=500, fold_maximum=400))
    (final,), (later, found) = fit.fit_all(use_case, rows, folds=2, fold_days=5)
    assert len(final.rows) == 500
    assert {len(p) for p in found.values()} == {len(later)} == {10 * 70}


def test_a_short_snapshot_has_shorter_folds_and_a_too_short_one_is_refused():
    assert len(np.unique(forward_folds(days_of(24), folds=4, fold_days=14)[0][1].days)) == 4
    with pytest.raises(ContractError, match="ingest more days"):
        forward_folds(days_of(5), folds=4, fold_days=14)


def test_a_damaged_snapshot_is_not_read(fitted, tmp_path):
    shutil.copytree(fitted / "train", tmp_path / "train")
    (tmp_path / "train" / "data.parquet").write_bytes(b"other")
    with pytest.raises(ContractError, match="damaged"):
        read(tmp_path / "train", FLIGHTS)


def test_the_holdout_has_every_model_on_the_same_rows(fitted):
    holdout = Holdout.read(fitted / "data", FLIGHTS)
    assert set(holdout.predictions) == {*holdout.tried["baselines"], holdout.tried["candidate"]}
    assert {len(p) for p in holdout.predictions.values()} == {len(holdout.rows)}
    own = holdout.tried["models"][holdout.tried["candidate"]]
    assert own["roc_auc"] == pytest.approx(metrics.roc_auc(holdout.rows.y, holdout.own))
    assert own["roc_auc"] > 0.6


def test_the_model_file_repeats_the_fitted_model_on_a_thousand_odd_records(fitted):
    rows, _ = read(fitted / "train", FLIGHTS)
    thousand = golden.odd(FLIGHTS, select(rows.columns, slice(0, 1000)))
    model = Model.load(fitted / "model", FLIGHTS)
    matrix = FLIGHTS.transform(rows.columns, model.state)
    again = fitting.fit_candidate(small_candidate().candidates[0], matrix, rows.y)
    expected = FLIGHTS.task.read(fitting.outputs(again, FLIGHTS.transform(thousand, model.state)))
    assert len(expected) == 1000
    assert any(code not in rows.columns["carrier"] for code in thousand["carrier"])
    assert np.isnan(thousand["plane_year"]).mean() > 0.2
    np.testing.assert_allclose(model.predict(thousand), expected, rtol=0, atol=1e-6)


def test_golden_records_are_valid_and_some_are_odd(fitted):
    records = [g.record for g in Model.load(fitted / "model", FLIGHTS).manifest.golden_records]
    assert len(records) == 20
    for record in records:
        assert FLIGHTS.schema.check({n: record[n] for n in FLIGHTS.schema.names}) == ()
    assert any(record["dest"] not in ("IAH", "BOS") for record in records)
    assert any(record[name] is None for record in records for name in FLIGHTS.context.names)
    assert with_context(FLIGHTS, records).keys() >= set(FLIGHTS.context.names)


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("manifest.json", {"fingerprint": "0" * 64}, SkewError),
        ("manifest.json", {"use_case": "bikes"}, SkewError),
        ("reference.json", None, NotFoundError),
    ],
)
def test_a_model_that_disagrees_with_the_code_is_refused(fitted, tmp_path, name, change, error):
    folder = shutil.copytree(fitted / "model", tmp_path / "model")
    if change is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(json.dumps({**json.loads((folder / name).read_bytes()), **change}))
    with pytest.raises(error):
        Model.load(folder, FLIGHTS)


def test_a_golden_record_that_scores_differently_is_refused(fitted, tmp_path):
    folder = shutil.copytree(fitted / "model", tmp_path / "model")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["golden"][15]["prediction"] += 2e-5
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SkewError, match="golden record"):
        Model.load(folder, FLIGHTS)


def test_the_reference_is_a_sketch_of_all_training_rows(fitted):
    reference = Model.load(fitted / "model", FLIGHTS).reference
    rows, _ = read(fitted / "train", FLIGHTS)
    assert "id" not in reference.inputs.features
    assert {sketch.total for sketch in reference.inputs.features.values()} == {len(rows)}
    assert reference.predictions.total == len(rows)


def test_metric_lines_are_printed_for_sagemaker_to_read(capsys, fitted):
    manifest = Model.load(fitted / "model", FLIGHTS).manifest
    holdout = Holdout.read(fitted / "data", FLIGHTS)
    fit.report(FLIGHTS, holdout, manifest)
    printed = dict(re.findall(r"holdout:(\w+)=([0-9.e+-]+)", capsys.readouterr().out))
    assert {"roc_auc", "skill", "ece", "parity"} <= set(printed)
    assert float(printed["parity"]) <= 1e-6


def test_the_artifact_serves_from_its_own_code_alone(fitted, tmp_path):
    code = fitted / "model" / "code"
    assert (code / "inference.py").read_text() == (code / "batch" / "inference.py").read_text()
    assert {line.split("==")[0] for line in (code / "requirements.txt").read_text().split()} == {
        "numpy", "onnxruntime", "pyarrow",
    }  # fmt: skip
    script = f"import sys; sys.path.insert(0, {str(code)!r}); import inference, cumulet; print(cumulet.__file__); "
    script += f"print(inference.model_fn({str(fitted / 'model')!r}).replay()); "
    script += "assert not {'boto3', 'sklearn', 'pandas'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(code) in done.stdout


def test_a_failure_leaves_its_reason_where_sagemaker_looks(tmp_path, monkeypatch):
    monkeypatch.setenv("SM_OUTPUT_DIR", str(tmp_path))
    monkeypatch.delenv("CUMULET_USE_CASE", raising=False)
    with pytest.raises(SystemExit) as ended:
        fit.main([])
    assert ended.value.code == ContractError.exit_code
    assert "CUMULET_USE_CASE is not set" in (tmp_path / "failure").read_text()
