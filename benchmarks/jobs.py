"""What a SageMaker job costs beside its work: no-op jobs, the fork, a fit as a job and bare, the warm parent's memory.

    python -m benchmarks.jobs

It runs on an emulator of its own, on a free port and in a folder that is removed at the end. The floor of a fork is a
fresh interpreter with the same imports; the floor of the fit is the time of `fit` alone in the same environment.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.sagemaker import Jobs
from cumulet.adapters import emulator as process
from cumulet.cli.target import ROOT, use_local_credentials
from emulator.sagemaker.containers import environment
from emulator.sagemaker.containers.container import Container
from emulator.sagemaker.containers.namespaces import Namespaces
from emulator.sagemaker.containers.processes import Processes
from emulator.sagemaker.containers.starter import ContainerSpec, Starter
from emulator.sagemaker.containers.warm_parents import WarmParents
from emulator.sagemaker.images import Runtime
from emulator.sagemaker.store import Store

RESULTS = ROOT / "benchmarks" / "results" / "jobs.json"
REPEAT, FRESH, FITS = 15, 5, 3
ROWS, COLUMNS = 78_000, 31
TREES = {"max_iter": 30, "max_leaf_nodes": 31, "early_stopping": False, "random_state": 0}
IMPORTS = "import numpy, pandas, pyarrow.parquet, sklearn.ensemble, skl2onnx, onnxruntime, boto3\n"
FIRST_LINE = IMPORTS + "import time; print(time.time(), flush=True)"
FIT = f"""
import numpy as np, joblib, os, time
from sklearn.ensemble import HistGradientBoostingClassifier
data = np.load(os.environ["SM_CHANNEL_TRAIN"] + "/rows.npz")
x, y, began = data["x"], data["y"], time.perf_counter()
model = HistGradientBoostingClassifier(**{TREES}).fit(x, y)
print(time.perf_counter() - began)
joblib.dump(model, os.environ["SM_MODEL_DIR"] + "/model.joblib")
"""


@contextmanager
def starter(folder: Path) -> Iterator[tuple[Callable[[bool], float], dict[str, float]]]:
    """Seconds to the first line of a program with the libraries' imports, forked or anew; the parent's time and MB."""
    processes, runtime = Processes(Store(folder / "store.db")), Runtime(sys.executable)
    (folder / "ml").mkdir()
    warm = WarmParents(processes, folder)
    started, parent = time.perf_counter(), warm.expect(runtime)
    assert parent is not None
    assert parent.ready.wait(120)
    figures = {"ready": time.perf_counter() - started, "megabytes": memory(parent.pid)}

    def first_line(forked: bool) -> float:
        parents = warm if forked else WarmParents(processes, folder, wanted=False)
        spec = ContainerSpec(runtime, ["python3", "-c", FIRST_LINE], environment.clean(runtime, folder), folder / "ml")
        lines: list[str] = []
        began = time.time()
        assert Container(spec, Starter(processes, names, parents), lines.extend).wait() == 0, lines
        return float(lines[-1]) - began

    names = Namespaces(folder)
    first_line(True)
    yield first_line, figures
    processes.close()


def memory(pid: int) -> float:
    """Proportional set size of a process in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Something to learn: (n, d) float32, and (n,) of 0 and 1."""
    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    return x, (x[:, 0] + x[:, 1] * x[:, 2] + random.normal(size=ROWS) > 0.5).astype(np.int8)


def fits(jobs: Jobs, folder: Path) -> dict[str, float]:
    """The median fit as a training job (data from S3, model to S3), and bare, in turns."""
    x, y = rows()
    np.savez(folder / "rows.npz", x=x, y=y)
    jobs.put("rows/rows.npz", (folder / "rows.npz").read_bytes())
    env = environment.clean(Runtime(sys.executable), folder) | {
        "SM_CHANNEL_TRAIN": str(folder),
        "SM_MODEL_DIR": str(folder),
    }
    through, bare = [], []
    for _ in range(FITS):
        told = subprocess.run([sys.executable, "-c", FIT], env=env, capture_output=True, text=True, check=True)
        bare.append(float(told.stdout))
        through.append(jobs.training(FIT, "s3://bench/rows/"))
    return {"seconds": median(through), "floor": median(bare), "ratio": median(through) / median(bare)}


def through_boto3(folder: Path) -> dict[str, dict[str, float]]:
    """Jobs that do nothing, and a fit."""
    jobs = Jobs()
    jobs.model()
    jobs.wait_for_parent()
    found: dict[str, dict[str, float]] = {}
    for name, work in {
        "training job, no-op": lambda: jobs.training("pass"),
        "processing job, no-op": jobs.processing,
        "transform job, warm server": jobs.transform,
    }.items():
        work()
        found[name] = {"seconds": median(work() for _ in range(REPEAT))}
    found["fit as a training job"] = fits(jobs, folder)
    return found


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """Every figure in seconds, with its floor where it has one; memory in MB."""
    state = folder / "emulator"
    process.start(state, port=0)
    running = process.running(state)
    use_local_credentials(running.endpoint if running else "")
    try:
        found = through_boto3(folder)
    finally:
        process.stop(state)
    with starter(folder) as (first_line, parent):
        fork = median(first_line(True) for _ in range(REPEAT))
        anew = median(first_line(False) for _ in range(FRESH))
    found["start of a program"] = {"seconds": fork, "floor": anew, "ratio": fork / anew}
    found["warm parent, ready"] = {"seconds": parent["ready"]}
    found["warm parent, MB"] = {"megabytes": parent["megabytes"]}
    return found


def main() -> None:
    """Measure, print, and write benchmarks/results/jobs.json."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    print(f"{'':32}{'value':>10}{'floor':>10}{'ratio':>8}")
    for name, figures in found.items():
        value = figures.get("seconds", figures.get("megabytes", 0.0))
        rest = f"{figures['floor']:10.4f}{figures['ratio']:8.3f}" if "floor" in figures else ""
        print(f"{name:32}{value:10.4f}{rest}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"python": platform.python_version(), "figures": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
