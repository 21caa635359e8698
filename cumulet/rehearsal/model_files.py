"""The law about model files: what is served is what was fitted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cumulet.rehearsal import matrices
from cumulet.rehearsal.days import Rehearsal
from training import fitting, golden
from training.dataset import limited
from training.weighting import weights_of

FITTED = 5_000
"""Rows that candidates are fitted on: enough to see whether file and model agree."""
STRESS = 2_000
"""Rows on which a fitted model and its file are compared."""


def the_model_file_is_the_model(of: Rehearsal) -> Iterator[str]:
    """Every candidate can be fitted, and its ONNX file says what the fitted model says, odd records included."""
    use_case, state = of.use_case, matrices.state(of)
    labelled = limited(of.labelled, FITTED, 0)
    matrix = use_case.transform(labelled.columns, state)
    odd = use_case.transform(golden.odd(use_case, labelled.columns), state)
    weights = weights_of(use_case, labelled)
    for candidate in use_case.candidates:
        model = fitting.fit_candidate(candidate, matrix, labelled.y, weights)
        both = np.vstack([part[:STRESS] for part in (matrix, odd)])
        parity = fitting.parity(model, fitting.to_onnx(model, matrix.shape[1]), both) / use_case.task.scale(labelled.y)
        if not parity <= use_case.gates.max_parity:
            yield (
                f"{candidate.name}: the ONNX file is off by {parity:.1e} (at most {use_case.gates.max_parity:.0e}): "
                "give float32 features that do not lie on the split points (round them), and no scaler."
            )
