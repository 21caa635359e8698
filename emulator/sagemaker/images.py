"""Which interpreter stands in for a container image.

Without Docker an image is a name. The names of AWS's own Python images run with the emulator's interpreter; a file
`images.json` in the service's state folder adds others, and goes first: pattern of the name → path of an interpreter,
or {"python": path, "preload": [module, …]} to say what the image's jobs find imported.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from emulator.sagemaker.containers.preload import DEFAULT
from emulator.sagemaker.errors import JobFailed

KNOWN = (
    "*pytorch-training:*-py3*",
    "*pytorch-inference:*-py3*",
    "*sagemaker-scikit-learn:*",
    "*/python:*",
    "python:*",
)


@dataclass(frozen=True)
class Runtime:
    """A Python interpreter, and the modules that a warm parent of it imports."""

    interpreter: str
    preload: tuple[str, ...] = DEFAULT


class Images:
    """Resolves image names; `folder` may hold images.json."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "images.json"

    def runtime(self, image: str) -> Runtime:
        """What runs this image. Raises JobFailed naming the image and what is known."""
        configured = json.loads(self._file.read_text()) if self._file.exists() else {}
        for pattern, entry in {**configured, **dict.fromkeys(KNOWN, sys.executable)}.items():
            if fnmatch(image, pattern):
                named = {"python": entry} if isinstance(entry, str) else entry
                return Runtime(str(named["python"]), tuple(named.get("preload", DEFAULT)))
        known = ", ".join([*configured, *KNOWN])
        raise JobFailed(
            f"ClientError: the emulator has no interpreter for image {image}; known are {known}. "
            f'Map it in {self._file} as {{"<pattern>": "<path of a Python>"}}'
        )
