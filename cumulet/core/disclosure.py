"""Small groups in published tables: a count below k may point at somebody, so it is not shown, and cannot be derived.

A published table is a partition of its rows into groups, with their total. Whoever reads it knows the total and the
shown counts, hence the sum of the hidden ones, and that each of these is at least 1. Hiding must therefore leave

    a hidden sum of at least k     else the hidden groups together are a small group, or one that is total − shown
    more rows than hidden groups   else each of them is 1

Where the small groups alone do not, the smallest of the others are hidden with them (complementary suppression).
Source: Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SMALLEST = 10
"""The smallest group that is shown; official statistics use 3 to 20."""


@dataclass(frozen=True)
class Published:
    """Counts that may be shown: None where hidden; the total too where it would tell."""

    counts: Mapping[str, int | None]
    total: int | None

    @property
    def hidden(self) -> tuple[str, ...]:
        """The groups that are not shown."""
        return tuple(name for name, count in self.counts.items() if count is None)


def suppress(counts: Mapping[str, int], k: int = SMALLEST, unnamed: int = 0) -> Published:
    """The counts (n,) of the groups of a table as they may be shown; a group of 0 rows hides nobody and is shown.

    `unnamed` rows are of groups that the table leaves out: readers derive their sum, so they count as one hidden group.

    >>> suppress({"EWR": 120, "JFK": 3, "LGA": 40}, k=5).counts
    {'EWR': 120, 'JFK': None, 'LGA': None}
    """
    if k < 2 or min((unnamed, *counts.values())) < 0:
        raise ValueError(f"k={k}, counts={min((unnamed, *counts.values()))}…: expected k ≥ 2 and no negative count")
    total = sum(counts.values()) + unnamed
    hidden = {name for name, count in counts.items() if 0 < count < k}
    others = sorted((name for name, count in counts.items() if count >= k), key=lambda name: (counts[name], name))
    if not hidden and not 0 < unnamed < k:
        return Published(dict(counts), total)
    while not _safe([*(counts[name] for name in hidden), *([unnamed] if unnamed else [])], k) and others:
        hidden.add(others.pop(0))
    safe = _safe([*(counts[name] for name in hidden), *([unnamed] if unnamed else [])], k)
    return Published({name: None if name in hidden else n for name, n in counts.items()}, total if safe else None)


def published(
    slices: Mapping[str, Mapping[str, Any]], total: int, k: int = SMALLEST, rows: str = "rows"
) -> dict[str, dict[str, Any]]:
    """Figures by group (metrics, rates, …) as they may be shown: of a hidden group none, only that it is hidden.

    `total` are all rows of the table; those of groups that it left out are taken into account.
    Raises ValueError when the groups have more rows than there are.
    """
    counts = {name: int(figures[rows]) for name, figures in slices.items()}
    shown = suppress(counts, k, unnamed=total - sum(counts.values()))
    return {
        name: dict.fromkeys(figures) | {"suppressed": True} if shown.counts[name] is None else dict(figures)
        for name, figures in slices.items()
    }


def _safe(hidden: list[int], k: int) -> bool:
    return not hidden or sum(hidden) >= max(k, len(hidden) + 1)
