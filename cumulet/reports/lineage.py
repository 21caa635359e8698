"""A lineage as a picture: a box for everything, made from left to right, in one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from statistics import fmean

from jinja2 import Environment, StrictUndefined

from cumulet.core.lineage import Graph, Node, title

TEMPLATE = "lineage.html.j2"
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
KINDS = {
    "raw": "raw file",
    "snapshots": "snapshot",
    "runs": "run of Training",
    "models": "model",
    "code": "code of features",
    "predictions": "predictions",
    "records": "prediction",
}


@dataclass(frozen=True)
class Caption:
    """What a node says of itself: what kind of thing, which one, and what is worth knowing of it."""

    kind: str
    name: str
    detail: str


def caption(node: Node) -> Caption:
    """The words for a node of a collapsed graph."""
    zone, dataset, *_ = parts = title(node).split("/")
    table = parts[-1].partition(".")[0]
    facts = node.facts
    if "first" in facts or node.day:
        first, last = facts.get("first", node.day), facts.get("last", node.day)
        kind = (
            {"raw": f"raw {table}", "predictions": f"predictions of {parts[3].replace('=', ' ')}"} if parts[3:] else {}
        )
        days = f"{facts['count']} days" if facts.get("count", 1) > 1 else _short(facts.get("sha256", ""))
        return Caption(kind.get(zone, f"{zone} {dataset}"), str(first) if first == last else f"{first} … {last}", days)
    name = {"models": f"{dataset} {parts[-1]}", "records": str(facts.get("id", parts[-1]))}.get(zone, parts[-1])
    return Caption(KINDS[zone], name, _detail(node))


def _detail(node: Node) -> str:
    facts = node.facts
    until = f"of {facts['cut_off'][:10]}" if facts.get("cut_off") else ""
    if "erased" in facts:
        return f"erased on {facts['erased'][:10]}"
    if node.zone == "snapshots":
        return f"{facts['labelled']:,} labelled, as {until}" if facts else "absent"
    if node.zone == "models":
        return f"{facts['status']}, as {until}"
    if node.zone == "code":
        return ("as in" if facts["code of this checkout"] == "the same" else "not that of") + " this checkout"
    if node.zone == "records":
        return ", ".join(f"{name[14:]}: {value:.4f}" for name, value in facts.items() if name.startswith("prediction"))
    return f"because of: {facts['because of']}" if facts.get("because of") else ""


def _short(digest: str) -> str:
    return f"sha256 {digest[:12]}…" if digest else ""


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


def render(graph: Graph, asked: Iterable[str], *, question: str, use_case: str) -> str:
    """The page of a collapsed lineage around what was asked for."""
    boxes, paths = placed(graph, asked)
    heads = {box.x: head for box in boxes for head, zones in COLUMNS if box.node.zone in zones}
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8"))
    return template.render(
        boxes=boxes,
        paths=paths,
        heads=heads,
        question=question,
        use_case=use_case,
        width=max(heads, default=0) + WIDTH + 2,
        height=max((box.y for box in boxes), default=0) + HEIGHT + 4,
        box=(WIDTH, HEIGHT),
    )


def _path(places: list[tuple[int, float]]) -> str:
    """An SVG path from the right side of the first box, straight through the places between, to the last one's left."""
    points = [(x * (WIDTH + GAP_X), TOP + row * (HEIGHT + GAP_Y) + HEIGHT / 2) for x, row in places]
    drawn = f"M{points[0][0] + WIDTH:g} {points[0][1]:g}"
    for (x1, y1), (x2, y2) in pairwise(points):
        start, middle = x1 + WIDTH, GAP_X / 2
        drawn += f" L{start:g} {y1:g} C{start + middle:g} {y1:g} {x2 - middle:g} {y2:g} {x2:g} {y2:g}"
    return drawn
