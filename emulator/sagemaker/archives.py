"""tar.gz, as SageMaker packs and unpacks it."""

from __future__ import annotations

import tarfile
from pathlib import Path

from emulator.sagemaker.errors import JobFailed


def pack(folder: Path, archive: Path) -> Path:
    """A folder's content as tar.gz, its files at the root; the archive's path."""
    with tarfile.open(archive, mode="w:gz", compresslevel=1) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)
    return archive


def unpack(archive: Path, folder: Path, name: str) -> None:
    """Unpack a tar.gz into a folder; nothing gets out of it. Raises JobFailed, with the name, when it is none."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, mode="r:*") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise JobFailed(f"ClientError: {name} is not a tar.gz archive that can be unpacked: {error}") from error
