"""Which interpreter stands in for a container image.

Without Docker an image is a name. The names of AWS's own Python images run with the emulator's interpreter; a file
`images.json` in the service's state folder (pattern of the name → path of an interpreter) adds others, and goes first.
"""

from __future__ import annotations

import json
import sys
from fnmatch import fnmatch
from pathlib import Path

from emulator.sagemaker.errors import JobFailed

KNOWN = (
    "*pytorch-training:*-py3*",
    "*pytorch-inference:*-py3*",
    "*sagemaker-scikit-learn:*",
    "*/python:*",
    "python:*",
)


class Images:
    """Resolves image names; `folder` may hold images.json."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "images.json"

    def interpreter(self, image: str) -> str:
        """The path of the Python that runs this image. Raises JobFailed naming the image and what is known."""
        configured = json.loads(self._file.read_text()) if self._file.exists() else {}
        for pattern, interpreter in {**configured, **dict.fromkeys(KNOWN, sys.executable)}.items():
            if fnmatch(image, pattern):
                return str(interpreter)
        known = ", ".join([*configured, *KNOWN])
        raise JobFailed(
            f"ClientError: the emulator has no interpreter for image {image}; known are {known}. "
            f'Map it in {self._file} as {{"<pattern>": "<path of a Python>"}}'
        )
