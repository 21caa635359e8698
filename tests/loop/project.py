"""A copy of the project with a command line of its own, so that tests may add use cases to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from cumulet.cli.target import ROOT

SHIPPED = ("batch", "cumulet", "emulator", "infra", "lambdas", "training", "usecases")
FILES = ("app.py", "cdk.json", "pyproject.toml", "requirements.txt")


class Copy:
    """A copy of the project whose command line keeps its state in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / ".cumulet"
        ignored = shutil.ignore_patterns("__pycache__")
        for name in SHIPPED:
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in FILES:
            shutil.copyfile(ROOT / name, folder / name)
        (ROOT / ".build").mkdir(exist_ok=True)
        (folder / ".build").symlink_to(ROOT / ".build")  # wheels need not be brought again

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CUMULET_"))}
        environment = {**kept, "PYTHONPATH": str(self.folder), "CUMULET_STATE": str(self.state)}
        command = [sys.executable, "-m", "cumulet", *arguments]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=environment, **pipes)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end: its exit code, standard output and what it said otherwise."""
        process = self.start(*arguments)
        out, said = process.communicate()
        return process.returncode, out, said

    def cumulet(self, *arguments: str) -> str:
        """Run a command that is to succeed; its standard output. What it says otherwise is shown when it fails."""
        code, out, said = self.run(*arguments)
        assert code == 0, out[-4_000:] + said[-4_000:]
        return out
