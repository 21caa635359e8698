"""Evaluate, a processing job: judge the candidate, let the gate decide, pack, and register the model package.

In: what Fit left (model.tar.gz, output.tar.gz). Out, in models/{use_case}/{run}/: model.tar.gz (now with its
evaluation and its model card), evaluation.json, model_card.json, model_card.md; and a package in the registry.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import usecases
from cumulet.adapters.artifact import fetch, unpack
from cumulet.adapters.champion import Champion
from cumulet.adapters.lake import Lake
from cumulet.adapters.registry import Registry
from cumulet.contracts.env import JobEnv
from cumulet.contracts.errors import JobError, SkewError
from cumulet.contracts.manifests import ModelManifest, canonical
from cumulet.core.model import Model
from cumulet.core.usecase import UseCase
from training import baselines, judging, model_card, model_page, packing, registering
from training.failures import reported
from training.holdout import Holdout

CANDIDATE = Path("/opt/ml/processing/input/candidate")


def champion_verdict(use_case: UseCase, holdout: Holdout, env: JobEnv, registry: Registry, aside: Path) -> Any:
    """The comparison with the champion; None when no model is live.

    A champion fitted with other feature code cannot be scored by this code, and is not compared.
    """
    package = Champion(env.predict_function, env.alias).package()
    if not package:
        return None
    try:
        champion = Model.load(unpack(fetch(registry.artifact_uri(package)), aside), use_case)
    except SkewError as error:
        return {"model_package": package, "compared": False, "why": str(error)}
    return judging.against_champion(use_case, holdout, champion, package)


def candidate_folders(source: Path, aside: Path) -> tuple[Path, Path]:
    """Unpack Fit's two archives, wherever below `source` they lie: the artifact, and the holdout.

    Raises JobError when there is not exactly one of each.
    """
    folders = []
    for name in ("model.tar.gz", "output.tar.gz"):
        found = sorted(source.rglob(name))
        if len(found) != 1:
            raise JobError(f"expected one {name} below {source}, found {len(found)}; did Fit end well?")
        folders.append(unpack(found[0].read_bytes(), aside / name.split(".")[0]))
    return folders[0], folders[1]


def finish(
    use_case: UseCase, evaluation: dict[str, Any], manifest: ModelManifest, run: str, folder: Path
) -> dict[str, bytes]:
    """Add the evaluation and the model card to the artifact; all files that the run hands over, by name."""
    files = {
        "evaluation.json": canonical(evaluation),
        "model_card.json": canonical(model_card.card(use_case, evaluation, manifest, run)),
        "model_card.md": model_page.page(use_case, evaluation, run).encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {**files, "model.tar.gz": packing.pack(folder)}


@reported
def main(argv: Sequence[str] | None = None) -> None:
    """Judge, pack and register; a run that has registered already is left as it is."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__)
    parser.add_argument("--run", required=True, help="the run of Training")
    parser.add_argument("--time", default="", help="its logical moment, for the record")
    parser.add_argument("--reason", default="", help="why it was started, for the record")
    parser.add_argument("--candidate", type=Path, default=CANDIDATE, help="where Fit's output was downloaded to")
    arguments = parser.parse_args(argv)
    env = JobEnv.from_env(os.environ)
    use_case, lake = usecases.load(env.use_case), Lake(env.lake_bucket)
    registry = Registry(env.model_package_group)
    if existing := registering.registered(registry, arguments.run):
        print(f"run {arguments.run} is registered already: {existing}", flush=True)
        return
    with tempfile.TemporaryDirectory() as aside:
        folder, output = candidate_folders(arguments.candidate, Path(aside))
        manifest = Model.load(folder, use_case).manifest
        holdout = Holdout.read(output, use_case)
        champion = champion_verdict(use_case, holdout, env, registry, Path(aside) / "champion")
        asked = {"run": arguments.run, "time": arguments.time, "reason": arguments.reason}
        evaluation = {**asked, **judging.evaluate(use_case, holdout, manifest, champion)}
        files = finish(use_case, evaluation, manifest, arguments.run, folder)
    registering.upload(lake, env.use_case, arguments.run, files)
    package = registering.register(env, lake, registry, arguments.run, evaluation, use_case.task.compared)
    status = registering.approval(evaluation, env.approval)
    report(use_case, evaluation, holdout.tried["models"], f"{package}: {status}")


def report(use_case: UseCase, evaluation: dict[str, Any], models: dict[str, Any], registered: str) -> None:
    """Print the table, the comparison with the champion and the verdict."""
    print(baselines.table(models, use_case.task.compared))
    champion = evaluation["champion"]
    if champion and champion["compared"]:
        print(f"after the champion's cut-off, {champion['days']} days:")
        print(baselines.table({name: champion[name] for name in ("candidate", "champion")}, use_case.task.compared))
    elif champion:
        print(f"not compared with the champion: {champion['why']}")
    for reason in evaluation["gate"]["reasons"]:
        print(f"gate: {reason}")
    print(f"registered {registered}", flush=True)


if __name__ == "__main__":
    main()
