"""What the steps of one training run take, with the rows that are known in April and in December, without a cloud.

    python -m benchmarks.training

The steps are the jobs' own functions on a lake in memory; imports and SageMaker are not in the figures.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

import usecases
from benchmarks.history import Tables, tables
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import DayManifest, sha256
from cumulet.core.cutoff import nights
from cumulet.core.model import Model
from cumulet.core.usecase import UseCase
from training import evaluate, fit, judging, snapshot
from training.dataset import DATA, MANIFEST, read
from training.holdout import Holdout

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "training.json"
FIRST_DAY = date(2013, 1, 1)
RUNS = (date(2013, 4, 1), date(2013, 11, 10), date(2013, 12, 1))
"""The first from nothing; the last goes on from a snapshot three weeks older, as after a cool-down."""
GOAL_S = 6.0


class Memory:
    """The few calls of S3 that a lake makes."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        """The object."""
        return {"Body": io.BytesIO(self._found(Key))}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        """Whether it is there."""
        return {"ContentLength": len(self._found(Key))}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        """Keep it."""
        self.objects[Key] = Body

    def get_paginator(self, operation: str) -> Memory:
        """One page of all."""
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        """The objects below a prefix."""
        found = [{"Key": key, "ETag": sha256(data)} for key, data in self.objects.items() if key.startswith(Prefix)]
        return [{"Contents": found}]

    def _found(self, key: str) -> bytes:
        if key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return self.objects[key]


def commit(lake: Lake, use_case: UseCase, day: date, found: Tables) -> None:
    """Write a day as `ingest` does."""
    places = {keys.curated(use_case.name, day): found.records, keys.labels(use_case.name, day): found.labels}
    places |= {keys.curated(f"{use_case.name}_{name}", day): side for name, side in found.side.items()}
    files = {key: lake.write_table(key, columns) for key, columns in places.items()}
    cut_off = use_case.cut_off.at(day).isoformat()
    manifest = DayManifest(use_case=use_case.name, date=str(day), cut_off=cut_off, tables={}, files=files)
    lake.put(keys.commit(use_case.name, day), manifest.to_json())


@contextmanager
def timed(into: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    """Note the seconds of a step: by the clock, and of all cores together (which another load hardly moves)."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    into[name] = {"wall": round(time.perf_counter() - wall, 2), "cpu": round(time.process_time() - cpu, 2)}


def run(lake: Lake, use_case: UseCase, night: date, folder: Path) -> dict[str, Any]:
    """Seconds of every step of a training as of a night."""
    seconds: dict[str, dict[str, float]] = {}
    with timed(seconds, "snapshot"):
        manifest = snapshot.take(lake, use_case, night)
    for name in (DATA, MANIFEST):
        (folder / name).write_bytes(lake.get(keys.snapshot(use_case.name, manifest.dataset_id) + name))
    with timed(seconds, "read"):
        rows, _ = read(folder, use_case)
    model, output = folder / "model", folder / "output"
    spans = {"folds": fit.FOLDS, "fold_days": fit.FOLD_DAYS}
    with timed(seconds, "fit"):
        holdout, written = fit.make(use_case, rows, manifest, model=model, output=output, **spans)
    with timed(seconds, "evaluate"):
        champion = judging.against_champion(
            use_case, Holdout.read(output, use_case), Model.load(model, use_case), "itself"
        )
        evaluation = {"run": "", "time": "", "reason": "", **judging.evaluate(use_case, holdout, written, champion)}
        evaluate.finish(use_case, evaluation, written, "run", model)
    total = {kind: round(sum(step[kind] for step in seconds.values()), 2) for kind in ("wall", "cpu")}
    return {"rows": len(rows), "seconds": {**seconds, "total": total}}


def main(name: str = "flights") -> None:
    """Measure, print, and write benchmarks/results/training.json."""
    use_case, lake = usecases.load(name), Lake("lake", s3=Memory())
    import skl2onnx  # noqa: F401 - jobs start with their imports done
    import sklearn.linear_model  # noqa: F401

    report, day = {}, FIRST_DAY
    for night in RUNS:
        for each in nights(day, night):
            commit(lake, use_case, each, tables(use_case, each))
        day = night + timedelta(days=1)
        with tempfile.TemporaryDirectory() as folder:
            report[str(night)] = run(lake, use_case, night, Path(folder))
        print(night, json.dumps(report[str(night)]), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), "runs": report}, indent=1) + "\n", encoding="utf-8")
    taken = {night: each["seconds"]["total"]["wall"] for night, each in report.items()}
    if max(taken[str(RUNS[0])], taken[str(RUNS[-1])]) > GOAL_S:
        raise SystemExit(f"missed: at most {GOAL_S} s, took {taken}")


if __name__ == "__main__":
    main()
