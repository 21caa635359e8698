"""Pages stand alone, and nothing that a record holds can become markup or script."""

from __future__ import annotations

import json
import re
from datetime import date

import usecases
from cumulet.cli import shifts
from cumulet.reports import document, questions, shift

EVIL = "</script><script>alert(1)</script>"


def test_a_page_needs_nothing_else_and_escapes_what_it_shows():
    page = document.render("T", ["lead"], [{"title": "t", "tells": EVIL, "rows": [{"a": EVIL, "n": 1200, "x": None}]}])
    assert EVIL not in page
    assert "1,200" in page
    assert not re.search(r"(src|href)=[\"']?http", page)


def test_the_page_of_questions_holds_them_as_data_that_cannot_end_its_script():
    asked = [{"id": EVIL, "label": "", "carrier": "UA"}]
    page = questions.render("flights", ("on time", "late"), asked)
    assert EVIL not in page
    kept = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(kept[1])["questions"] == asked
    assert page.count("<script") == 2


def test_the_page_of_a_shift_is_the_same_for_the_same_days():
    found = usecases.load("flights")
    asked = shifts.load(found, "bad_week")
    days = [
        {"date": f"2013-05-0{n}", "records": n, "refused": 0, "labels": 3, "rate": None if n == 2 else 0.2}
        for n in (1, 2, 3)
    ]
    compared = {"since": str(date(2013, 5, 1)), "before": days, "after": days, "columns": []}
    page = shift.render("flights", asked, compared)
    assert page == shift.render("flights", asked, compared)
    assert page.count("<svg") == 4
    assert "mean_days=3" in page
