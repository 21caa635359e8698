"""Which interpreter stands in for a container image.

Without Docker an image is a name. The names of AWS's own Python images run with the emulator's interpreter; a file
`images.json` in the service's state folder adds others, and goes first: pattern of the name → path of an interpreter,
or {"python": path, "preload": [module, …], "jobs": pattern} to say what the image's jobs find imported, and for jobs of
which name it stands; or a list of such. An image may hold more than this machine has installed for everybody.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

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

    def runtime(self, image: str, job: str = "") -> Runtime:
        """What runs this image for a job of this name. Raises JobFailed naming the image and what is known."""
        configured = json.loads(self._file.read_text()) if self._file.exists() else {}
        known = dict.fromkeys(KNOWN, sys.executable)
        for pattern, entry in (*_entries(configured), *_entries(known)):
            if fnmatch(image, pattern) and fnmatch(job, entry.get("jobs", "*")):
                return Runtime(str(entry["python"]), tuple(entry.get("preload", DEFAULT)))
        names = ", ".join([*configured, *KNOWN])
        raise JobFailed(
            f"ClientError: the emulator has no interpreter for image {image}; known are {names}. "
            f'Map it in {self._file} as {{"<pattern>": "<path of a Python>"}}'
        )


def _entries(images: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for pattern, value in images.items():
        for entry in value if isinstance(value, list) else [value]:
            yield pattern, {"python": entry} if isinstance(entry, str) else entry
