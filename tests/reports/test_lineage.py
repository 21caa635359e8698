from __future__ import annotations

import re
from html.parser import HTMLParser

from cumulet.core.lineage import collapsed
from cumulet.reports import lineage
from tests.reports.test_lineage_layout import RAW, graph


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
