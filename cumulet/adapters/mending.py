"""The manifests of days from which somebody was erased: they say what lies there now, so that snapshots accept it."""

from __future__ import annotations

from dataclasses import replace

from cumulet.adapters.lake import Lake
from cumulet.contracts.erasure import Plan, zone
from cumulet.contracts.manifests import DayManifest, sha256


def mend(lake: Lake, use_case: str, plan: Plan) -> None:
    """Bring every day that lists an object of the plan up to date: its hash, and the counts of its tables."""
    for key in lake.list(f"curated/{use_case}/"):
        if key.endswith("/_manifest.json"):
            day = DayManifest.from_json(lake.get(key))
            mended = _mended(lake, day, plan)
            if mended != day:
                lake.put(key, mended.to_json(), "application/json")


def _mended(lake: Lake, day: DayManifest, plan: Plan) -> DayManifest:
    """Where the hash is right already, a run before this one has mended it, the count with it."""
    files, tables = dict(day.files), {name: dict(counts) for name, counts in day.tables.items()}
    for key in day.files.keys() & plan.objects.keys():
        data = lake.find(key)
        if data is not None and sha256(data) == files[key]:
            continue
        del files[key]
        if data is not None:
            files[key] = sha256(data)
        counts = tables.get(_table(key, day.use_case), {})
        for name in {"quarantined" if zone(key) == "quarantine" else "valid", "rows"} & counts.keys():
            counts[name] -= plan.objects[key]
    return replace(day, files=files, tables=tables)


def _table(key: str, use_case: str) -> str:
    """The raw table that an object of a day comes from."""
    _, dataset, _, name = key.split("/")
    if zone(key) == "quarantine":
        return name.removesuffix(".jsonl")
    return "outcomes" if zone(key) == "labels" else dataset.removeprefix(use_case).lstrip("_") or "records"
