"""What was made from a day of the lake: whoever corrects the day wants to know. Pure: manifests and listings in.

A night reads the day's own records and side tables, and the labels of the nights that it looks back on; a snapshot
says in its manifest which partitions it was made from; a model says which snapshot it has learnt from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Dependent:
    """One thing that was made from the day."""

    kind: str
    """features, predictions, snapshot or model."""
    name: str
    because: str
    outdated: bool
    """Made from another version of the day than the one that is committed now; of nights that cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What there is in the lake and the registry."""

    features: Iterable[date]
    """Nights with features."""
    predictions: Iterable[tuple[date, str]]
    """Nights and the models that scored them."""
    snapshots: Mapping[str, Mapping[str, str]]
    """Id to sources: key to sha256."""
    models: Mapping[str, str]
    """Version to the id of its snapshot."""


def dependents(day: date, committed: Mapping[str, str], looks_back: int, made: Made) -> list[Dependent]:
    """Everything made from a day, whose partitions are now `committed` (key to sha256); nights look back so many."""
    last = day + timedelta(days=max(looks_back, 1) - 1)  # a night reads its own day, also without context features
    found = [
        Dependent("features", str(night), _why(day, night), False) for night in made.features if day <= night <= last
    ]
    found += [
        Dependent("predictions", f"{night} by model {model}", _why(day, night), False)
        for night, model in made.predictions
        if day <= night <= last
    ]
    from_day = {name: _used(sources, committed) for name, sources in made.snapshots.items()}
    for name, used in from_day.items():
        if used:
            old = [key for key, digest in used.items() if committed.get(key) != digest]
            why = f"{len(used)} partitions of the day" + (f", {len(old)} of them in another version" if old else "")
            found.append(Dependent("snapshot", name, why, bool(old)))
    outdated = {each.name for each in found if each.kind == "snapshot" and each.outdated}
    for version, dataset in made.models.items():
        if from_day.get(dataset):
            found.append(Dependent("model", version, f"learnt from snapshot {dataset}", dataset in outdated))
    return found


def _why(day: date, night: date) -> str:
    return "its own records and side tables" if night == day else f"looks back on the labels known at {day}"


def _used(sources: Mapping[str, str], committed: Mapping[str, str]) -> dict[str, str]:
    return {key: digest for key, digest in sources.items() if key in committed}
