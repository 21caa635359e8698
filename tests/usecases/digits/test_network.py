"""The network, in the environment that training has: there this very file is run again, by the test at its end."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from cumulet.adapters import environments
from cumulet.core.scoring import Scorer
from usecases.digits import USE_CASE, source
from usecases.digits.transform import transform

HERE, ROWS = importlib.util.find_spec("torch") is not None, 1_200
in_its_environment = pytest.mark.skipif(not HERE, reason="in the environment of digits: the last test of this file")


@pytest.fixture(scope="module")
def pictures() -> tuple[np.ndarray, np.ndarray]:
    table = source.pictures(source.WHEEL.read(source.FILE)[0]).slice(0, ROWS + 400)
    images = np.array(table["image"].to_pylist(), object)
    return transform({"image": images}, {}), np.array(table["status"].to_pylist()).astype(np.float64)


@pytest.fixture(scope="module")
def network(pictures):
    from usecases.digits.network import ConvNet

    return ConvNet(epochs=3, copies=1).fit(pictures[0][:ROWS], pictures[1][:ROWS])


@in_its_environment
def test_a_small_network_on_few_pictures_reads_most_of_those_it_has_not_seen(pictures, network):
    p = network.predict_proba(pictures[0][ROWS:])
    assert p.shape == (400, 10)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert (p.argmax(axis=1) == pictures[1][ROWS:]).mean() > 0.9


@in_its_environment
def test_the_model_file_says_what_the_network_says(pictures, network):
    model = network.to_onnx(784)
    onnx.checker.check_model(onnx.load_from_string(model))
    assert np.abs(Scorer(model).outputs(pictures[0]) - network.predict_proba(pictures[0])).max() < 1e-5


@in_its_environment
def test_networks_fitted_side_by_side_are_what_each_is_alone(pictures, network):
    """Folds are: the first weights come from one generator for the whole process."""
    from usecases.digits.network import ConvNet

    def fitted(rows: int) -> bytes:
        return ConvNet(epochs=1, copies=0).fit(pictures[0][:rows], pictures[1][:rows]).to_onnx(784)

    alone = [fitted(rows) for rows in (200, 300)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(fitted, (200, 300))) == alone


@in_its_environment
def test_the_candidate_is_quantised_within_the_gate_s_limits(pictures):
    from training.fitting import fit_candidate, outputs, to_onnx

    (candidate,), gates = USE_CASE.candidates, USE_CASE.gates
    model = fit_candidate(candidate, pictures[0][:ROWS], pictures[1][:ROWS])
    assert len(to_onnx(model, 784)) < gates.max_bytes < len(model.original.to_onnx(784))
    whole, small = (outputs(each, pictures[0][ROWS:]).argmax(axis=1) for each in (model.original, model))
    right = pictures[1][ROWS:]
    assert (whole == right).mean() - (small == right).mean() <= gates.max_drop["accuracy"]


@pytest.mark.skipif(HERE, reason="it is this environment")
def test_all_of_it_passes_and_the_laws_are_kept_in_the_environment_of_training() -> None:
    python = environments.prepare("digits")
    environment = {**os.environ, "PYTHONPATH": str(environments.ROOT)}

    def run(*arguments: str) -> str:
        command = [str(python), "-m", *arguments]
        done = subprocess.run(
            command, cwd=environments.ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "4 passed" in run("pytest", "-p", "no:cacheprovider", str(Path(__file__)))
    checked = subprocess.run(
        [sys.executable, "-m", "cumulet", "check", "digits"], cwd=environments.ROOT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "✗" not in checked.stdout
