"""A model artifact in memory, and the proof that this process computes what training computed.

An artifact is a folder of
    model.onnx       float32 matrix to class probabilities or numbers
    state.json       what the transform learnt
    manifest.json    ModelManifest: fingerprint of the transform's code, golden records, threshold, parity
    reference.json   sketch of the training snapshot's inputs and of the predictions on it
and of code/, which only a SageMaker container reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.closure import fingerprint
from cumulet.contracts.errors import NotFoundError, SkewError
from cumulet.contracts.manifests import ModelManifest
from cumulet.core.context import with_context
from cumulet.core.schema import Columns
from cumulet.core.scoring import Scorer
from cumulet.core.sketches import Reference
from cumulet.core.usecase import State, UseCase


def project_root() -> Path:
    """The folder or zip application that this code runs from: repository, Lambda package, job, `code/` of a model."""
    return Path(__file__).parents[2]


def code_fingerprint(use_case: UseCase) -> str:
    """Fingerprint of the code that turns records into the matrix, as this process has it."""
    return fingerprint(project_root(), use_case.transform.__module__)


@dataclass(frozen=True, kw_only=True)
class Model:
    """An artifact that has been checked against the code of this process."""

    use_case: UseCase
    manifest: ModelManifest
    reference: Reference
    state: State
    scorer: Scorer

    @classmethod
    def load(cls, folder: Path, use_case: UseCase) -> Model:
        """Load an unpacked artifact and check it.

        Raises NotFoundError when a file is absent, SkewError when it is of another use case or of other feature code,
        or when a golden record is predicted differently here.
        """
        try:
            manifest = ModelManifest.from_json((folder / "manifest.json").read_bytes())
            model = cls(
                use_case=use_case,
                manifest=manifest,
                reference=Reference.from_json(json.loads((folder / "reference.json").read_bytes())),
                state=json.loads((folder / "state.json").read_bytes()),
                scorer=Scorer((folder / "model.onnx").read_bytes()),
            )
        except FileNotFoundError as error:
            raise NotFoundError(f"{error.filename} is absent: {folder} is no model artifact") from error
        model.check()
        return model

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Forecasts, (n,) or (n, k), of records whose context columns have been joined."""
        return self.use_case.task.read(self.scorer.outputs(self.use_case.transform(columns, self.state)))

    def check(self) -> None:
        """Raise SkewError unless this process computes what training computed."""
        if self.manifest.use_case != self.use_case.name:
            raise SkewError(f"the model is of use case {self.manifest.use_case!r}, not {self.use_case.name!r}")
        here = code_fingerprint(self.use_case)
        if here != self.manifest.fingerprint:
            raise SkewError(
                f"the model was fitted with feature code {self.manifest.fingerprint[:12]}, here is {here[:12]}: "
                "train again, or run the code that it was fitted with"
            )
        self.replay()

    def replay(self) -> float:
        """Largest difference over the golden records (0 without any). Raises SkewError when it is above `tolerance`."""
        golden = self.manifest.golden_records
        if not golden:
            return 0.0
        predicted = self.predict(with_context(self.use_case, [g.record for g in golden]))
        scale = self.manifest.scale
        gaps = [each.distance(here) / scale for each, here in zip(golden, predicted.tolist(), strict=True)]
        worst = int(np.argmax(gaps))
        if not gaps[worst] <= self.manifest.tolerance:
            raise SkewError(
                f"golden record {worst + 1} of {len(golden)}: {predicted[worst]} here, "
                f"{golden[worst].prediction} in training; do not serve this model with this code"
            )
        return gaps[worst]
