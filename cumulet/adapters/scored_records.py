"""Records in the nights that scored them: what a lineage has of a single prediction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cumulet.adapters import parquet
from cumulet.adapters.lake import Lake
from cumulet.core.lineage import Graph, Node

AT_ONCE = 16
"""Nights of predictions that are read at a time, when a record is looked for."""


@dataclass(frozen=True)
class ScoredRecords:
    """Looks for records in the predictions of one use case."""

    lake: Lake
    use_case: str

    def add(self, graph: Graph, text: str) -> list[str]:
        """Add the predictions of a record (`ID`, or `ID@2013-04-01`) and name its node; nothing when there is none.

        Without a day the days that the id itself names are looked at first, then the other nights, newest first.
        """
        name, _, day = text.rpartition("@") if re.search(r"@\d{4}-\d\d-\d\d$", text) else (text, "", "")
        nights = sorted((key for key, node in graph.nodes.items() if node.zone == "predictions"), reverse=True)
        nights = [key for key in nights if day in key]
        named = set(re.findall(r"\d{4}-\d\d-\d\d", name))
        nights.sort(key=lambda key: graph.nodes[key].day not in named)
        for part in (nights[n : n + AT_ONCE] for n in range(0, len(nights), AT_ONCE)):
            found = [(key, row) for key, row in self._rows(part, name) if row]
            if found:
                newest = graph.nodes[found[0][0]].day
                node = f"records/{self.use_case}/{name}@{newest}"
                for key, row in ((key, row) for key, row in found if graph.nodes[key].day == newest):
                    graph.add(Node(node, {f"prediction of model {model_of(key)}": row["prediction"], "id": name}))
                    graph.join(key, node)
                return [node]
        return []

    def example(self, graph: Graph) -> str:
        """A record of the newest scored night, as ID@DATE; empty when none was scored."""
        newest = max((name for name, node in graph.nodes.items() if node.zone == "predictions"), default="")
        ids = self.lake.read_table(newest, ("id",))["id"].tolist() if newest else list[str]()
        return f"{ids[0]}@{graph.nodes[newest].day}" if len(ids) else ""

    def _rows(self, wanted: Sequence[str], record: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
        for key, data in zip(wanted, self.lake.find_many(wanted), strict=True):
            columns = parquet.decode(data, ("id", "prediction")) if data is not None else None
            ids = columns["id"].tolist() if columns else []
            found = columns is not None and record in ids
            yield key, {"prediction": float(columns["prediction"][ids.index(record)])} if columns and found else None


def model_of(key: str) -> str:
    """The model version that wrote a partition of predictions."""
    return key.partition("/model=")[2].partition("/")[0]
