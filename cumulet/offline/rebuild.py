"""A snapshot rebuilt from raw: ingest, then snapshot, by their own code, into a folder that nobody else sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cumulet.adapters.folder_lake import FolderLake
from cumulet.adapters.lake import Lake
from cumulet.adapters.snapshots import DATA, MANIFEST, Snapshots
from cumulet.contracts.errors import NotFoundError
from cumulet.contracts.manifests import DatasetManifest
from cumulet.contracts.retention import EARLIER_VERSIONS, RETENTION
from cumulet.core.pseudonyms import KeyRing
from cumulet.core.usecase import UseCase
from cumulet.offline.differences import Differing, files, partitions
from lambdas.ingest import judging, reading, writing
from lambdas.ingest.privacy import protected
from training import snapshot

LIMIT = 1 << 40
"""No limit: what the snapshot was made from has been read once."""


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a rebuild came to."""

    dataset_id: str
    rebuilt_id: str
    """The id of what was rebuilt; empty when raw gives no labelled row any more."""
    same: bool
    """Whether manifest and data are the same to the byte."""
    days: int
    differing: tuple[Differing, ...]


def days_of(manifest: DatasetManifest) -> list[date]:
    """The days that a snapshot was made from."""
    found = (re.fullmatch(rf"curated/{manifest.use_case}/dt=([\d-]+)/.*", key) for key in manifest.sources)
    return sorted(date.fromisoformat(match[1]) for match in found if match)


def rebuild(
    lake: Lake,
    use_case: UseCase,
    dataset_id: str,
    folder: Path,
    *,
    ring: KeyRing,
    progress: Callable[[str], None] = lambda _: None,
) -> Rebuilt:
    """Rebuild a snapshot from the raw files of the lake, which is only read, below a folder.

    `ring` makes its pseudonyms.

    Raises NotFoundError when there is no such snapshot, or when raw files that it was made from are gone.
    """
    stored, private = Snapshots(lake, use_case.name), FolderLake(folder)
    manifest = stored.manifest(dataset_id)
    _require_raw(lake, manifest)
    now: dict[str, str] = {}
    days = days_of(manifest)
    for n, day in enumerate(days, start=1):
        came = protected(lake, use_case, reading.read(lake, use_case, day, LIMIT), ring)
        seen = judging.statistics(use_case, came)
        committed = writing.commit(private, use_case, came, day=day, seen=seen, accepted="")
        now |= {**committed.files, **committed.raw}
        progress(f"{day} ingested anew, {n} of {len(days)}")
    progress("taking the snapshot anew")
    again = _taken(private, use_case, manifest)
    differing = (*partitions(use_case, manifest.sources, now), *files(manifest, again))
    return Rebuilt(
        dataset_id=dataset_id,
        rebuilt_id=again.dataset_id if again else "",
        same=again is not None and _same_bytes(stored, Snapshots(private, use_case.name), dataset_id),
        days=len(days),
        differing=differing,
    )


def _require_raw(lake: Lake, manifest: DatasetManifest) -> None:
    """Before days are ingested for nothing. Raises NotFoundError naming what is gone and what can be done."""
    wanted = sorted(key for key in manifest.sources if key.startswith("raw/"))
    gone = sorted({*wanted} - {*lake.list(f"raw/{manifest.use_case}/")})
    if gone:
        days, kept = ({zone.zone: zone.days for zone in RETENTION}[name] for name in ("raw", "snapshots"))
        first, last = (key.split("/")[2].removeprefix("dt=") for key in (gone[0], gone[-1]))
        raise NotFoundError(
            f"snapshot {manifest.dataset_id} cannot be rebuilt: {len(gone)} of its {len(wanted)} raw files are gone, "
            f"from {gone[0]} on (raw is kept {days} days on AWS, its earlier versions {EARLIER_VERSIONS} days more). "
            f"Bring them back from their versions, or from the source, where it still has them: "
            f"`cumulet load {manifest.use_case} --from {first} --to {last}`. The snapshot itself is kept {kept} days: "
            "see `cumulet data show`"
        )


def _taken(private: Lake, use_case: UseCase, manifest: DatasetManifest) -> DatasetManifest | None:
    """The snapshot of the same cut-off; None when there is nothing to take one of."""
    try:
        return snapshot.take(private, use_case, snapshot.last_night(use_case.cut_off, _moment(manifest)))
    except NotFoundError:
        return None


def _moment(manifest: DatasetManifest) -> datetime:
    return datetime.fromisoformat(manifest.cut_off)


def _same_bytes(stored: Snapshots, rebuilt: Snapshots, dataset_id: str) -> bool:
    names = [stored.prefix(dataset_id) + name for name in (MANIFEST, DATA)]
    return all(stored.lake.find(key) == rebuilt.lake.find(key) is not None for key in names)
