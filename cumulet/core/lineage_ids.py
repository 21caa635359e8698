"""What people mean by an id: a lake key, a day, a model, a run, a snapshot; records are looked for elsewhere."""

from __future__ import annotations

import re

from cumulet.contracts.errors import ContractError
from cumulet.core.lineage import Graph
from cumulet.core.prefixes import matching

DAY = re.compile(r"\d{4}-\d\d-\d\d")


def meant(graph: Graph, use_case: str, text: str) -> list[str]:
    """The nodes that an id names: one, or the raw files of a day, or what lies below a folder; none for other ids.

    Raises ContractError when several snapshots begin so.
    """
    key = re.sub(r"^s3://[^/]+/", "", text).rstrip("/")
    if key in graph.nodes:
        return [key]
    below = [name for name in graph.nodes if name.startswith(f"{key}/")] if "/" in key else []
    if below:
        return below
    if DAY.fullmatch(key):
        return [name for name, node in graph.nodes.items() if node.zone == "raw" and node.day == key]
    last = key.rpartition("/")[2]
    for zone in ("models", "runs"):
        if f"{zone}/{use_case}/{last}" in graph.nodes:
            return [f"{zone}/{use_case}/{last}"]
    return _snapshot(graph, f"snapshots/{use_case}/", last)


def _snapshot(graph: Graph, prefix: str, text: str) -> list[str]:
    ids = [name.removeprefix(prefix) for name in graph.nodes if name.startswith(prefix)]
    found = matching(ids, text)
    if len(found) > 1:
        raise ContractError(f"snapshot {text!r} is ambiguous: {', '.join(found)}; give more characters")
    return [prefix + one for one in found]


def examples(graph: Graph, use_case: str, record: str) -> list[str]:
    """One line for every kind of id, with one that exists where there is one; `record` is `ID@DATE` of a record."""

    def one(zone: str, otherwise: str) -> str:
        names = [name for name, node in graph.nodes.items() if node.zone == zone]
        return max(names).removeprefix(f"{zone}/{use_case}/") if names else f"{otherwise} (there is none yet)"

    raw = max((name for name, node in graph.nodes.items() if node.zone == "raw"), default="")
    return [
        f"record of a scored night   {record or 'ID or ID@2013-04-01 (there is none yet)'}",
        f"model version              {one('models', '1')}",
        f"run of Training            {one('runs', 'first-2013-04-01')}",
        f"snapshot                   {one('snapshots', '8c1f02d4')}",
        f"file of the lake           {raw or f'raw/{use_case}/dt=2013-01-01/records.csv (there is none yet)'}",
        f"day                        {raw.partition('dt=')[2][:10] or '2013-01-01'}",
    ]
