"""An earlier snapshot, which a later one goes on from: the rows of its days are taken over, not computed again.

What a snapshot would read and compute anew for those days is the same by construction, as long as none of them has been
committed anew and the code is the same; `start.json`, beside the snapshot, says what it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.closure import fingerprint
from cumulet.contracts.manifests import DatasetManifest, canonical, sha256
from cumulet.core.model import project_root
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase
from training.dataset import DATA, MANIFEST

START = "start.json"


@dataclass(frozen=True)
class Earlier:
    """A snapshot as of `night`: its rows, and every partition that they came from with its sha256."""

    night: date
    columns: Columns
    sources: Mapping[str, str]


def start(use_case: UseCase, commits: Mapping[date, str]) -> dict[str, Any]:
    """What decides the rows of a snapshot: the code that computes them, and the days with the tags of their commits."""
    modules = ("training.snapshot", f"usecases.{use_case.name}")
    return {
        "code": [fingerprint(project_root(), module) for module in modules],
        "schema": use_case.schema.hash,
        "commits": {str(day): tag for day, tag in commits.items()},
    }


def find(lake: Lake, use_case: UseCase, commits: Mapping[date, str]) -> Earlier | None:
    """The latest snapshot that holds exactly what would be computed again for its days; None when there is none."""
    names = [key for key in lake.list(keys.snapshot(use_case.name, "")[:-1]) if key.endswith(f"/{START}")]
    stored = {key: json.loads(data) for key, data in zip(names, lake.find_many(names), strict=True) if data is not None}
    now = start(use_case, commits)
    for key, value in sorted(stored.items(), key=lambda item: max(item[1]["commits"]), reverse=True):
        night = date.fromisoformat(max(value["commits"]))
        same_days = {day: tag for day, tag in now["commits"].items() if day <= str(night)}
        if value == {**now, "commits": same_days} and (found := _read(lake, key.removesuffix(START), night)):
            return found
    return None


def _read(lake: Lake, prefix: str, night: date) -> Earlier | None:
    """The snapshot below a prefix; None when it is not whole."""
    manifest, data = lake.find_many([prefix + MANIFEST, prefix + DATA])
    if manifest is None or data is None:
        return None
    found = DatasetManifest.from_json(manifest)
    return Earlier(night, parquet.decode(data), found.sources) if sha256(data) == found.files[DATA] else None


def note(lake: Lake, prefix: str, use_case: UseCase, commits: Mapping[date, str]) -> None:
    """Note beside a snapshot what it was made from, for a later one to go on from."""
    lake.put(prefix + START, canonical(start(use_case, commits)), "application/json")
