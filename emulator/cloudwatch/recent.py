"""The recent samples of the metrics that alarms watch, in memory."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from emulator.cloudwatch.metrics import Datum, Metric
from emulator.cloudwatch.statistics import Sample
from emulator.cloudwatch.store import Store

KEPT_S = 16 * 86_400  # before what was last asked for: the longest evaluation range is 9 days

At = tuple[int, str, Sample]  # epoch second, unit, sample
_at = itemgetter(0)
END = 2**62


@dataclass
class _Loaded:
    since: int  # everything from this epoch second on is here
    samples: list[At] = field(default_factory=list)


class Recent:
    """Reads each metric from the store once; `add` keeps it up to date."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._loaded: dict[Metric, _Loaded] = {}

    def add(self, data: Iterable[Datum], *, promised: bool = True) -> None:
        """Keep data, in the store too; `promised` ones are written there before this returns."""
        data = list(data)
        with self._lock:
            (self._store.add if promised else self._store.buffer)(data)
            for datum in data:
                loaded = self._loaded.get(datum.metric)
                if loaded and datum.at >= loaded.since:
                    insort(loaded.samples, (datum.at, datum.unit, datum.sample), key=_at)

    def of(self, metric: Metric, start: int, end: int = END) -> list[At]:
        """The samples of start <= at < end, oldest first."""
        with self._lock:
            loaded = self._loaded.get(metric)
            if loaded is None or start < loaded.since:
                loaded = _Loaded(start - KEPT_S // 2, self._store.samples(metric, start - KEPT_S // 2, END))
                self._loaded[metric] = loaded
            elif start - loaded.since > KEPT_S:
                loaded.since = start - KEPT_S // 2
                del loaded.samples[: bisect_left(loaded.samples, loaded.since, key=_at)]
            samples = loaded.samples
            return samples[bisect_left(samples, start, key=_at) : bisect_left(samples, end, key=_at)]
