"""A lineage as a picture: a box for everything, made from left to right, in one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from cumulet.core.lineage import Graph
from cumulet.reports.lineage_layout import COLUMNS, HEIGHT, WIDTH, placed

TEMPLATE = "lineage.html.j2"


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
