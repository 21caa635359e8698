"""How a use case declares its context features: rates of labels, counts of records, latest observations.

Every specification has a group: the columns whose values pick a row of its table; () is one row for everything. The
columns of a group may be fields of a record or derived from it. `cumulet.core.context` computes and joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cumulet.core.schema import Columns

Group = tuple[str, ...]
Values = Callable[[Columns], np.ndarray]


def of_label(rows: Columns) -> np.ndarray:
    """The label itself: 1, 0, or NaN where there is none."""
    return rows["label"]


@dataclass(frozen=True)
class Rate:
    """The mean of `value` over the label rows that became known in the last 1, 7, … nights.

    A mean of n rows is shrunk to the overall mean of the longest window as if `strength` more rows had shown it:
    (sum + strength * overall) / (n + strength). Rows whose value is NaN do not count.
    """

    name: str
    group: Group
    windows: tuple[int, ...]
    strength: float
    value: Values = of_label

    @property
    def names(self) -> tuple[str, ...]:
        """One feature per window, e.g. late_origin_7."""
        return tuple(f"{self.name}_{window}" for window in self.windows)


@dataclass(frozen=True)
class Count:
    """How many of the day's records share the group; 0 for a group that has none."""

    name: str
    group: Group

    @property
    def names(self) -> tuple[str, ...]:
        """The one feature."""
        return (self.name,)


@dataclass(frozen=True)
class Latest:
    """The last observation of a side table between two cut-offs, by its `time` (UTC); missing when there is none."""

    table: str
    group: Group
    fields: tuple[str, ...]
    time: str

    @property
    def names(self) -> tuple[str, ...]:
        """One feature per observed field, e.g. weather_visib."""
        return tuple(f"{self.table}_{name}" for name in self.fields)


Spec = Rate | Count | Latest


@dataclass(frozen=True)
class ContextSpec:
    """All context features of a use case, and the columns derived from a record that their groups need."""

    features: tuple[Spec, ...] = ()
    derived: Mapping[str, Values] = field(default_factory=dict)

    @property
    def nights(self) -> int:
        """The longest window: how many partitions of labels a night reads."""
        return max((max(spec.windows) for spec in self.features if isinstance(spec, Rate)), default=0)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the context columns, in the order in which `join` adds them."""
        return tuple(name for specs in self.groups.values() for spec in specs for name in spec.names)

    @property
    def groups(self) -> dict[Group, tuple[Spec, ...]]:
        """The specifications of each group, in the order declared."""
        found: dict[Group, tuple[Spec, ...]] = {}
        for spec in self.features:
            found[spec.group] = (*found.get(spec.group, ()), spec)
        return found
