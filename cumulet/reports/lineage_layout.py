"""Where the boxes of a lineage are: a column for each zone, from left to right as things are made of one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from cumulet.core.lineage import Graph, Node
from cumulet.reports.lineage_words import Caption, caption

COLUMNS = (
    ("raw files", ("raw",)),
    ("ingested", ("curated", "labels")),
    ("joined", ("snapshots", "features")),
    ("training", ("runs", "code")),
    ("models", ("models",)),
    ("scored nights", ("predictions",)),
    ("records", ("records",)),
)
WIDTH, HEIGHT, GAP_X, GAP_Y, TOP = 226, 68, 56, 16, 34


@dataclass(frozen=True)
class Box:
    """A node in the picture; x and y are its upper left corner, in pixels."""

    node: Node
    x: float
    y: float
    asked: bool

    @property
    def caption(self) -> Caption:
        """Its words."""
        return caption(self.node)


def placed(graph: Graph, asked: Iterable[str] = ()) -> tuple[list[Box], list[tuple[str, str, str]]]:
    """Every node in the column of its zone, near what was made from it, and every edge as (SVG path, source, target).

    Columns that nothing is in are left out; an edge that leads past a column has a place of its own in it.
    Source: Sugiyama, Tagawa, Toda (1981), Methods for visual understanding of hierarchical system structures,
    IEEE Trans. SMC 11(2): layers, dummy vertices, barycentres.
    """
    asked = set(asked)
    layers = [[n for n, node in graph.nodes.items() if node.zone in zones] for _, zones in COLUMNS]
    layers = [layer for layer in layers if layer]
    column = {name: x for x, layer in enumerate(layers) for name in layer}
    routes = {edge: _route(edge, column, layers) for edge in graph.edges}
    rows = _rows(graph, layers, routes.values())
    boxes = [
        Box(graph.nodes[name], x * (WIDTH + GAP_X), TOP + rows[name] * (HEIGHT + GAP_Y), name in asked)
        for x, layer in enumerate(layers)
        for name in sorted(layer, key=rows.__getitem__)
        if name in graph.nodes
    ]
    paths = [(_path([(column[place], rows[place]) for place in route]), *edge) for edge, route in routes.items()]
    return boxes, paths


def _route(edge: tuple[str, str], column: dict[str, int], layers: list[list[str]]) -> list[str]:
    """The places that an edge leads through; those between its ends are added to their columns, one per source."""
    source, target = edge
    between = [f"{source}>{x}" for x in range(column[source] + 1, column[target])]
    for x, place in enumerate(between, start=column[source] + 1):
        if place not in column:
            column[place] = x
            layers[x].append(place)
    return [source, *between, target]


def _rows(graph: Graph, layers: list[list[str]], routes: Iterable[list[str]]) -> dict[str, float]:
    """The row of every place: the columns from right to left, each in the order of the rows that it leads to."""
    following: dict[str, list[str]] = {}
    for route in routes:
        for place, then in pairwise(route):
            following.setdefault(place, []).append(then)
    rows: dict[str, float] = {}
    for layer in reversed(layers):
        nearest = {name: fmean([rows[then] for then in following.get(name, ())] or [0.0]) for name in layer}
        ordered = sorted(layer, key=lambda name: (nearest[name], name in graph.nodes, _order(graph, name)))
        for row, name in enumerate(ordered):
            rows[name] = row + (max(map(len, layers)) - len(layer)) / 2
    return rows


def _order(graph: Graph, name: str) -> tuple[str, ...]:
    node = graph.nodes.get(name)
    return (name,) if node is None else (node.zone, str(node.facts.get("first", "")), name)


def _path(places: list[tuple[int, float]]) -> str:
    """An SVG path from the right side of the first box, straight through the places between, to the last one's left."""
    points = [(x * (WIDTH + GAP_X), TOP + row * (HEIGHT + GAP_Y) + HEIGHT / 2) for x, row in places]
    drawn = f"M{points[0][0] + WIDTH:g} {points[0][1]:g}"
    for (x1, y1), (x2, y2) in pairwise(points):
        start, middle = x1 + WIDTH, GAP_X / 2
        drawn += f" L{start:g} {y1:g} C{start + middle:g} {y1:g} {x2 - middle:g} {y2:g} {x2:g} {y2:g}"
    return drawn
