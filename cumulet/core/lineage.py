"""Where things come from and what became of them: a directed graph from raw files to predictions, and walks over it.

Nodes are named as the lake and the registry name them: a lake key (`raw/flights/dt=2013-04-01/records.csv`,
`snapshots/flights/8c1f…`), a model (`models/flights/3`), a run (`runs/flights/flights-20130401`), a record of a night.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ZONES = ("raw", "labels", "curated", "features", "snapshots", "code", "runs", "models", "predictions", "records")
"""In the order in which things are made of one another."""
_DATED = re.compile(r"(?P<start>.*/)(?P<name>dt|known)=(?P<day>\d{4}-\d\d-\d\d)(?P<rest>/.*)?")


@dataclass(frozen=True)
class Node:
    """One thing: its name, and what is known of it (sha256, cut-off, status, …)."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """What kind of thing it is, one of ZONES."""
        return self.name.partition("/")[0]

    @property
    def day(self) -> str:
        """The day of a partition, ISO; empty for what has none."""
        return _dated(self.name)[1]


def _dated(name: str) -> tuple[str, str]:
    """A partition's name without its day, and the day; of what has none the name and nothing."""
    found = _DATED.fullmatch(name)
    return (f"{found['start']}{found['name']}=…{found['rest'] or ''}", found["day"]) if found else (name, "")


class Graph:
    """Nodes by name, and for each what it was made from (`parents`) and what was made from it (`children`)."""

    def __init__(self, nodes: Iterable[Node] = (), edges: Iterable[tuple[str, str]] = ()) -> None:
        self.nodes: dict[str, Node] = {}
        self.parents: dict[str, dict[str, None]] = {}
        self.children: dict[str, dict[str, None]] = {}
        for node in nodes:
            self.add(node)
        for source, target in edges:
            self.join(source, target)

    def add(self, node: Node) -> None:
        """Add a node, or what is newly known of one that is there."""
        known = self.nodes.get(node.name)
        self.nodes[node.name] = Node(node.name, {**known.facts, **node.facts}) if known else node
        self.parents.setdefault(node.name, {})
        self.children.setdefault(node.name, {})

    def join(self, source: str, target: str) -> None:
        """`target` was made from `source`; a node that is not there yet is added."""
        for name in (source, target):
            if name not in self.nodes:
                self.add(Node(name))
        self.parents[target][source] = None
        self.children[source][target] = None

    @property
    def edges(self) -> list[tuple[str, str]]:
        """(source, target) of every edge, sorted."""
        return sorted((source, target) for source, targets in self.children.items() for target in targets)

    def ancestors(self, names: Iterable[str]) -> set[str]:
        """All that these nodes were made from."""
        return _reached(self.parents, names)

    def descendants(self, names: Iterable[str]) -> set[str]:
        """All that was made from these nodes."""
        return _reached(self.children, names)

    def around(self, names: Iterable[str]) -> Graph:
        """These nodes with all that they were made from and all that was made from them.

        Raises KeyError when one is not there.
        """
        asked = tuple(names)
        kept = {*asked, *self.ancestors(asked), *self.descendants(asked)}
        found = Graph(self.nodes[name] for name in sorted(kept))
        for source in kept:
            for target in self.children[source].keys() & kept:
                found.join(source, target)
        return found


def _reached(edges: Mapping[str, Mapping[str, None]], names: Iterable[str]) -> set[str]:
    waiting, found = list(names), set[str]()
    while waiting:
        for name in edges[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def collapsed(graph: Graph, keep: Iterable[str] = ()) -> tuple[Graph, dict[str, str]]:
    """The graph with partitions that differ in their day alone as one node, and the new name of every node.

    They are put together when the same things were made from them, and they from the same kinds of things. The facts of
    such a node are `first`, `last` and `count`. What is in `keep` stays by itself.
    """
    kept, names = set(keep), dict[str, str]()
    groups: dict[tuple[Any, ...], tuple[int, list[str]]] = {}
    for name in sorted(graph.nodes, key=lambda n: -ZONES.index(graph.nodes[n].zone)):
        shape, day = _dated(name)
        if not day or name in kept:
            names[name] = name
            continue
        made = frozenset(names[child] for child in graph.children[name])
        origins = frozenset(graph.nodes[parent].zone for parent in graph.parents[name])
        number, members = groups.setdefault((shape, made, origins), (len(groups), []))
        members.append(name)
        names[name] = f"{shape}#{number}"
    nodes = [_together([graph.nodes[m] for m in members], names) for _, members in groups.values()]
    nodes += [node for name, node in graph.nodes.items() if names[name] == name]
    return Graph(nodes, ((names[source], names[target]) for source, target in graph.edges)), names


def _together(members: list[Node], names: Mapping[str, str]) -> Node:
    if len(members) == 1:
        return Node(names[members[0].name], {**members[0].facts, "first": members[0].day, "last": members[0].day})
    days = sorted(node.day for node in members)
    return Node(names[members[0].name], {"first": days[0], "last": days[-1], "count": len(days)})


def title(node: Node) -> str:
    """The name of a node as people read it.

    >>> title(Node("curated/flights/dt=…/records.parquet#3", {"first": "2013-01-01", "last": "2013-03-31"}))
    'curated/flights/dt=…/records.parquet'
    """
    return node.name.partition("#")[0]
