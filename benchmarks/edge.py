"""The network of digits on a device: size, accuracy and speed of its int8 file beside float32, and what fools both.

    python -m benchmarks.edge

Fitted on the 3,600 pictures of the first 90 days, judged on the other 1,400, one picture at a time on one thread.
Then the same pictures inverted, ink for paper: does confidence fall, does the watched ink move?
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.adapters import environments
from cumulet.core import drift
from cumulet.core.metrics import binary, multiclass
from cumulet.core.scoring import Scorer
from cumulet.core.sketches import FeatureSketch
from training import fitting
from usecases.digits import USE_CASE, source
from usecases.digits.transform import transform

RESULTS = Path(__file__).parent / "results" / "edge.json"
FITTED_ON = 3_600
CALLS = 500
DROP, BYTES, ACCURACY = 0.01, 120_000, 0.97


def judged(model: bytes, matrix: NDArray[np.float32], y: NDArray[np.float64]) -> dict[str, float]:
    """Accuracy, confidence and its gap on some pictures, the size of the file, and µs for one picture."""
    scorer = Scorer(model)
    p = scorer.outputs(matrix)
    hits, confidence = multiclass.hits(y, p), p.max(axis=1)
    took = []
    for n in range(CALLS):
        began = time.perf_counter()
        scorer.outputs(matrix[n : n + 1])
        took.append(time.perf_counter() - began)
    return {
        "bytes": len(model),
        "accuracy": float(hits.mean()),
        "confidence": float(confidence.mean()),
        "ece": binary.ece(hits, confidence),
        "median_us": float(np.median(took) * 1e6),
    }


def main() -> None:
    """Measure, print, write benchmarks/results/edge.json; exit 1 when a goal is missed."""
    environments.enter("digits", ["benchmarks.edge", *sys.argv[1:]])
    table = source.pictures(source.WHEEL.read(source.FILE)[0])
    matrix = transform({"image": np.array(table["image"].to_pylist(), object)}, {})
    y = np.array(table["status"].to_pylist()).astype(np.float64)
    began = time.process_time()
    model = fitting.fit_candidate(USE_CASE.candidates[0], matrix[:FITTED_ON], y[:FITTED_ON])
    seconds = time.process_time() - began
    later, digits = matrix[FITTED_ON:], y[FITTED_ON:]
    files = {"float32": fitting.to_onnx(model.original, matrix.shape[1]), "int8": model.file}
    figures: dict[str, Any] = {name: judged(file, later, digits) for name, file in files.items()}
    figures["int8, inverted"] = judged(model.file, 1 - later, digits)
    ink = FeatureSketch.learn(matrix[:FITTED_ON].mean(axis=1).astype(np.float64))
    assert ink is not None
    for name, pictures in (("int8", later), ("int8, inverted", 1 - later)):
        figures[name]["ink_psi"] = drift.between(ink, ink.count(pictures.mean(axis=1).astype(np.float64))).psi
    columns = ("bytes", "accuracy", "confidence", "ece", "median_us", "ink_psi")
    print(f"fitted in {seconds:.1f} s of processor time\n{'':<16}" + "".join(f"{name:>12}" for name in columns))
    for name, row in figures.items():
        print(f"{name:<16}" + "".join(f"{row[c]:>12,.4g}" if c in row else f"{'':>12}" for c in columns))
    small, whole = figures["int8"], figures["float32"]
    ratio, drop = whole["bytes"] / small["bytes"], whole["accuracy"] - small["accuracy"]
    slower = small["median_us"] / whole["median_us"]
    print(f"int8 beside float32: {ratio:.1f} × smaller, accuracy {drop:+.4f} lost, {slower:.2f} × its time")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"fit_seconds": seconds, "drop": drop, **figures}, indent=1) + "\n", encoding="utf-8")
    if not (drop <= DROP and small["bytes"] <= BYTES and small["accuracy"] >= ACCURACY):
        raise SystemExit(f"missed: drop at most {DROP}, at most {BYTES:,} bytes, accuracy at least {ACCURACY}")


if __name__ == "__main__":
    main()
