"""Synthesis of the CDK app in a process of its own, skipped when nothing that it reads has changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cumulet.adapters.session import client
from cumulet.contracts.errors import DeployError

READS = ("app.py", "cdk.json", "requirements.txt", "batch", "cumulet", "infra", "lambdas", "training", "usecases")
"""What app.py reads: itself, the lock, the code that it ships, the settings of the use cases."""

SUFFIXES = (".py", ".toml", ".txt", ".json")


def synthesise(root: Path, *, target: str, use_cases: Sequence[str] = ()) -> Path:
    """The cloud assembly of the app at `root`, made anew only when its inputs changed; of all use cases, or of some.

    Raises DeployError with the app's own words when it fails.
    """
    where = _environment(target)
    named = ",".join(sorted(use_cases))
    assembly = root / ".build" / "assemblies" / f"{target}-{_inputs(root, (target, named), where)}"
    marker = assembly / "complete"
    if marker.exists() and _has_assets(assembly):
        return assembly
    context = json.loads((root / "cdk.json").read_text())["context"] | {"target": target, "use_cases": named}
    variables = {"CDK_OUTDIR": str(assembly), "CDK_CONTEXT_JSON": json.dumps(context), **where}
    # The CDK is 200 MB of Python: without bytecode its import takes four times as long.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=root,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        lines = "\n".join(result.stderr.strip().splitlines()[-15:])
        raise DeployError(f"the CDK app did not synthesise (python app.py, target {target}):\n{lines}")
    marker.touch()
    return assembly


def _environment(target: str) -> dict[str, str]:
    """Account and region of the credentials, where the stacks are for AWS."""
    if target != "aws":
        return {}
    sts = client("sts")
    return {"CDK_DEFAULT_ACCOUNT": sts.get_caller_identity()["Account"], "CDK_DEFAULT_REGION": sts.meta.region_name}


def _inputs(root: Path, asked: tuple[str, str], where: dict[str, str]) -> str:
    digest = hashlib.sha256(repr((asked, where, sys.version_info[:2])).encode())
    for name in READS:
        place = root / name
        paths = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.suffix in SUFFIXES)
        for path in paths:
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _has_assets(assembly: Path) -> bool:
    listed = (json.loads(p.read_text())["files"].values() for p in assembly.glob("*.assets.json"))
    return all((assembly / file["source"]["path"]).exists() for files in listed for file in files)
