from __future__ import annotations

import re
from html.parser import HTMLParser

from cumulet.core.lineage import Graph, Node, collapsed
from cumulet.reports import lineage

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
    boxes, paths = lineage.placed(few)
    x = {box.node.name: box.x for box in boxes}
    assert set(x) == set(few.nodes)
    assert all(x[source] < x[target] for source, target in few.edges)
    assert len({(box.x, box.y) for box in boxes}) == len(boxes)
    assert [(source, target) for _, source, target in paths] == few.edges


def test_an_edge_that_leads_past_a_column_leads_past_its_boxes():
    few, _ = collapsed(graph())
    boxes, paths = lineage.placed(few)
    [path] = [path for path, source, target in paths if source.startswith("features/")]
    model = next(box for box in boxes if box.node.name == "models/flights/1")
    heights = [float(y) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path) if float(x) == model.x + lineage.WIDTH]
    assert heights
    assert all(not model.y <= y <= model.y + lineage.HEIGHT for y in heights)


def test_the_page_needs_nothing_else_and_escapes_what_it_shows():
    few, names = collapsed(graph())
    page = lineage.render(few, [names[RAW[0]]], question="<b>", use_case="flights")
    HTMLParser().feed(page)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["']""", page)
    assert "<b>" not in page
    assert "&lt;run&gt;" in page
    assert page.count(' asked"') == 1
    assert "2013-01-01 … 2013-01-03" in page
    assert "7 labelled, as of 2013-01-04" in page


def test_the_same_lineage_is_the_same_page():
    pages = [lineage.render(collapsed(graph())[0], (), question="1", use_case="flights") for _ in range(2)]
    assert pages[0] == pages[1]
