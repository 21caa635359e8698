"""What AWS's Python runtimes bring along: boto3 with what it needs, and the runtime client."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from emulator.functions.zygote import AWSLAMBDARIC, OWN

RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")  # Linux only


def link(folder: Path) -> str:
    """Fill a folder with links to those packages and nothing else of this interpreter's; the client to run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME:
        _link(name, folder)
    with suppress(PackageNotFoundError):
        for name in CLIENT:
            _link(name, folder)
        return AWSLAMBDARIC
    return OWN


def _link(name: str, folder: Path) -> None:
    found = distribution(name)
    for top in {Path(file).parts[0] for file in found.files or () if ".." not in Path(file).parts}:
        link, target = folder / top, Path(str(found.locate_file(top)))
        if link.is_symlink() and link.readlink() != target:
            link.unlink()
        if not link.is_symlink() and target.exists() and top != "__pycache__":
            link.symlink_to(target)
