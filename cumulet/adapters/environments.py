"""The environment of a use case's training, where it imports what the rest of the project does not.

`usecases/NAME/requirements.txt` lists the packages. They are installed with pip (so that its configuration applies:
where packages come from, which build of PyTorch) into a virtual environment under .cumulet/environments, which sees the
project's own packages too; the emulator runs the use case's training jobs in it. On AWS the jobs' image has them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cumulet.contracts.errors import UnavailableError
from cumulet.contracts.manifests import sha256

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cumulet" / "environments"
"""Where they are kept, whatever the state's folder is: they are the same for every emulator."""
IMAGES = "*pytorch-training:*"
"""The images that an environment stands for, in jobs of its use case."""


def requirements(use_case: str) -> Path | None:
    """What the training of a use case needs besides; None when it needs nothing."""
    path = ROOT / "usecases" / use_case / "requirements.txt"
    return path if path.is_file() else None


def interpreter(use_case: str) -> Path | None:
    """The Python of the environment, whether or not it has been made; None where there is no need of one."""
    path = requirements(use_case)
    if path is None:
        return None
    recipe = [path.read_bytes(), (ROOT / "requirements.txt").read_bytes(), sys.executable.encode()]
    folder = FOLDER / f"{use_case}-{sha256(b'|'.join(recipe))[:12]}"
    return folder / ("Scripts" if os.name == "nt" else "bin") / ("python.exe" if os.name == "nt" else "python")


def prepare(use_case: str) -> Path | None:
    """The Python of the environment, made when it is not there yet; None where there is no need of one.

    Raises UnavailableError with pip's words when something cannot be installed.
    """
    python, needed = interpreter(use_case), requirements(use_case)
    if python is None or needed is None or python.exists():
        return python
    folder = python.parents[1]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob(f"{use_case}-*"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory(dir=FOLDER) as aside:
        made = Path(aside) / folder.name
        _run([sys.executable, "-m", "venv", str(made)], use_case)
        inside = made / python.relative_to(folder)
        _lend(made)
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        _run([str(inside), *pip, "-r", str(needed)], use_case)
        try:
            made.rename(folder)
        except OSError:  # somebody else was faster: theirs is the same
            if not python.exists():
                raise
    return python


def announce(use_case: str, python: Path, state: Path) -> None:
    """Tell an emulator, by its state folder, that the training jobs of a use case run in this environment."""
    file = state / "sagemaker" / "images.json"
    images = json.loads(file.read_text()) if file.exists() else {}
    there, jobs = images.get(IMAGES, []), f"{use_case}-fit-*"
    others = [
        entry
        for entry in (there if isinstance(there, list) else [there])
        if isinstance(entry, str) or entry.get("jobs") != jobs
    ]
    images[IMAGES] = [{"python": str(python), "jobs": jobs}, *others]
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".new")
    aside.write_text(json.dumps(images, indent=1))
    aside.replace(file)


def enter(use_case: str, argv: Sequence[str]) -> None:
    """Go on in the environment of a use case, when it has one and this process runs elsewhere: `python -m` anew.

    It is made when it is not there. Raises UnavailableError when it cannot be.
    """
    inside = Path(sys.prefix).resolve()
    python = None if inside.parent == FOLDER.resolve() and inside.name.startswith(use_case) else prepare(use_case)
    if python is None:
        return
    sys.stdout.flush()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    os.execv(str(python), [str(python), "-m", *argv])  # noqa: S606


def _lend(environment: Path) -> None:
    """Let an environment see the packages of this one, after its own."""
    scheme = {"base": str(environment), "platbase": str(environment)}
    own = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    (own / "cumulet.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")


def _run(command: Sequence[str], use_case: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise UnavailableError(
            f"the training environment of {use_case} cannot be made: {why}. Go online once and repeat the command "
            f"(packages: usecases/{use_case}/requirements.txt)"
        )
