"""The model artifact as Fit leaves it: a candidate fitted on the snapshot, with everything that serving it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.manifests import DatasetManifest, ModelManifest, canonical
from cumulet.core.marks import observed
from cumulet.core.model import code_fingerprint, project_root
from cumulet.core.sketches import FeatureSketch, InputSketch, Reference
from cumulet.core.usecase import Candidate, State, UseCase
from training import fitting, golden, packing, quantising
from training.dataset import Rows
from training.weighting import weights_of

PARITY_ROWS = 2_000
"""Rows, as they are and with missing values and unseen codes, on which the fitted model and its file are compared."""


@dataclass(frozen=True)
class Fitted:
    """A candidate, and what it was fitted on: rows, the transform's state, and their matrix (n, d)."""

    candidate: Candidate
    rows: Rows
    state: State
    matrix: NDArray[np.float32]
    model: Any


def fit(use_case: UseCase, candidate: Candidate, rows: Rows) -> Fitted:
    """The candidate fitted on all of the rows."""
    state = json.loads(canonical(use_case.fit_state(rows.columns, rows.y)))
    matrix = use_case.transform(rows.columns, state)
    model = fitting.fit_candidate(candidate, matrix, rows.y, weights_of(use_case, rows))
    return Fitted(candidate, rows, state, matrix, model)


def write(
    use_case: UseCase, fitted: Fitted, dataset: DatasetManifest, *, threshold: float | None, folder: Path
) -> ModelManifest:
    """Write model.onnx, state.json, manifest.json, reference.json (a sketch of the rows fitted on) and code/."""
    model, rows, state = fitted.model, fitted.rows, fitted.state
    model_file = fitting.to_onnx(model, fitted.matrix.shape[1])

    def predict(columns: Any) -> NDArray[np.float64]:
        return use_case.task.read(fitting.outputs(model, use_case.transform(columns, state)))

    scale = use_case.task.scale(rows.y)
    manifest = ModelManifest(
        use_case=use_case.name,
        algorithm=fitted.candidate.algorithm,
        dataset_id=dataset.dataset_id,
        cut_off=dataset.cut_off,
        fingerprint=code_fingerprint(use_case),
        features=list(use_case.feature_names),
        threshold=threshold,
        parity=fitting.parity(model, model_file, _stress(use_case, rows, state)) / scale,
        scale=scale,
        model_bytes=len(model_file),
        **({"tolerance": quantising.TOLERANCE} if fitted.candidate.int8 else {}),
        golden=golden.predicted(use_case, golden.records(use_case, rows.columns), predict),
    )
    reference = Reference(
        inputs=InputSketch.learn(_inputs(use_case, rows)),
        predictions=FeatureSketch.learn(use_case.task.said(use_case.task.read(fitting.outputs(model, fitted.matrix)))),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model_file)
    (folder / "state.json").write_bytes(canonical(state))
    (folder / "manifest.json").write_bytes(manifest.to_json())
    (folder / "reference.json").write_bytes(canonical(reference.to_json()))
    packing.write_code(project_root(), use_case.name, folder / "code")
    return manifest


def _inputs(use_case: UseCase, rows: Rows) -> dict[str, NDArray[Any]]:
    columns = use_case.watch(rows.columns)
    return {name: columns[name] for name in (*observed(use_case), *use_case.context.names, *use_case.watched)}


def _stress(use_case: UseCase, rows: Rows, state: dict[str, Any]) -> NDArray[np.float32]:
    sample = rows.where(np.linspace(0, len(rows) - 1, min(PARITY_ROWS, len(rows))).astype(int)).columns
    both = [use_case.transform(columns, state) for columns in (sample, golden.odd(use_case, sample))]
    return np.vstack(both)
