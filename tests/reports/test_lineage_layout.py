from __future__ import annotations

import re

from cumulet.core.lineage import Graph, Node, collapsed
from cumulet.reports.lineage_layout import HEIGHT, WIDTH, placed

RAW = [f"raw/flights/dt=2013-01-0{n}/records.csv" for n in (1, 2, 3)]
SAID = "predictions/flights/dt=2013-02-01/model=1/records.parquet.out"
FACTS = {"labelled": 7, "cut_off": "2013-01-04T07:00:00+00:00"}


def graph() -> Graph:
    nodes = [Node("snapshots/flights/8c1f", FACTS), Node("models/flights/1", {"status": "Approved", **FACTS})]
    edges = [(raw, "snapshots/flights/8c1f") for raw in RAW]
    edges += [("snapshots/flights/8c1f", "runs/flights/<run>"), ("runs/flights/<run>", "models/flights/1")]
    edges += [("models/flights/1", SAID), ("features/flights/dt=2013-02-01/records.parquet", SAID)]
    return Graph(nodes, edges)


def test_every_box_stands_left_of_what_was_made_from_it_and_none_on_another():
    few, _ = collapsed(graph())
    boxes, paths = placed(few)
    x = {box.node.name: box.x for box in boxes}
    assert set(x) == set(few.nodes)
    assert all(x[source] < x[target] for source, target in few.edges)
    assert len({(box.x, box.y) for box in boxes}) == len(boxes)
    assert [(source, target) for _, source, target in paths] == few.edges


def test_an_edge_that_leads_past_a_column_leads_past_its_boxes():
    few, _ = collapsed(graph())
    boxes, paths = placed(few)
    [path] = [path for path, source, target in paths if source.startswith("features/")]
    model = next(box for box in boxes if box.node.name == "models/flights/1")
    heights = [float(y) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path) if float(x) == model.x + WIDTH]
    assert heights
    assert all(not model.y <= y <= model.y + HEIGHT for y in heights)
