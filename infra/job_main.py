"""Runs a job of a zip application: `python3 <zip> training.fit --argument value`. Shipped as its `__main__.py`.

An image may lack what jobs import, or have another version of it: then the pinned one is installed first.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import sys
import zipfile


def missing(archive: str) -> list[str]:
    """Pinned requirements of the application that are not installed in this version."""
    pins = zipfile.ZipFile(archive).read("requirements.txt").decode().split()
    return [pin for pin in pins if installed(pin.split("==")[0]) != pin.split("==")[1]]


def installed(name: str) -> str:
    """Version of an installed package; empty when there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def main(archive: str, module: str) -> object:
    """Install what is missing and run the module's `main()`; its result is the exit code."""
    requirements = missing(archive)
    if requirements:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        subprocess.run(command, check=True)
    return importlib.import_module(module).main()


if __name__ == "__main__":
    job_archive, job_module = sys.argv[0], sys.argv[1]
    sys.argv = [job_module, *sys.argv[2:]]
    result = main(job_archive, job_module)
    sys.exit(result if isinstance(result, int) else 0)
