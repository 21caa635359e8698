"""Pages stand alone, and nothing that a record holds can become markup or script."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np

import usecases
from cumulet.cli import shifts
from cumulet.core.tasks import MEAN
from cumulet.reports import document, questions, shift
from cumulet.reports.pictures import uri

TOLD = {"by": "the rules", "then": "cumulet label answer flights answers.jsonl --from"}
EVIL = "</script><script>alert(1)</script>"


def test_a_page_needs_nothing_else_and_escapes_what_it_shows():
    page = document.render("T", ["lead"], [{"title": "t", "tells": EVIL, "rows": [{"a": EVIL, "n": 1200, "x": None}]}])
    assert EVIL not in page
    assert "1,200" in page
    assert not re.search(r"(src|href)=[\"']?http", page)


def test_a_table_shows_pictures_and_text_that_looks_like_one_stays_text():
    drawn = uri(np.eye(4))
    page = document.render("T", [], [{"title": "t", "tells": "", "rows": [{"": drawn, "a": str(drawn)}]}])
    assert page.count("<img") == 1
    assert f'src="{drawn}"' in page


def test_the_page_of_questions_holds_them_as_data_that_cannot_end_its_script():
    asked = [{"id": EVIL, "label": "", "carrier": "UA"}]
    page = questions.render("flights", ("on time", "late"), asked, **TOLD)
    assert EVIL not in page
    kept = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(kept[1])["questions"] == asked
    assert page.count("<script") == 2


def test_the_page_of_questions_says_the_command_that_takes_its_answers_in_and_answers_once_a_key_press():
    page = questions.render("flights", ("on time", "late"), [], **TOLD)
    assert "<code>cumulet label answer flights answers.jsonl --from</code>" in page
    assert "Uncertain by the rules." in page
    assert "if (!held) give(classes[chosen])" in page


def test_a_class_of_one_character_is_its_own_key_and_d_stays_the_download_s():
    assert questions.keys_of([*"0123456789"]) == [*"0123456789"]
    many = questions.keys_of([f"class {n}" for n in range(40)])
    assert many[:14] == [*"123456789", "a", "b", "c", "e", "f"]
    assert "d" not in many
    assert many[-1] == ""
    assert len({key for key in many if key}) == 34


def test_questions_about_pictures_bring_them_along():
    square = np.zeros((28, 28))
    square[8:20, 8:20] = 1
    drawn = [uri(square), uri(1 - square)]
    page = questions.render(
        "digits", [*"0123456789"], [{"id": "a", "label": ""}, {"id": "b", "label": ""}], drawn, **TOLD
    )
    kept = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(kept[1])["pictures"] == drawn
    assert drawn[0] != drawn[1]
    assert drawn[0].startswith("data:image/png;base64,")
    assert "<kbd>7</kbd> 7" in page


def test_the_page_of_a_shift_is_the_same_for_the_same_days():
    found = usecases.load("flights")
    asked = shifts.load(found, "bad_week")
    days = [
        {"date": f"2013-05-0{n}", "records": n, "refused": 0, "labels": 3, MEAN: None if n == 2 else 0.2}
        for n in (1, 2, 3)
    ]
    compared = {"since": str(date(2013, 5, 1)), "before": days, "after": days, "columns": []}
    page = shift.render("flights", asked, compared)
    assert page == shift.render("flights", asked, compared)
    assert page.count("<svg") == 4
    assert "mean_days=3" in page


def test_the_page_of_a_shift_of_several_classes_has_no_mean_label():
    found = usecases.load("digits")
    days = [{"date": f"2024-04-1{n}", "records": 40, "refused": 0, "labels": 3, "share of 7": 0.1} for n in (1, 2)]
    compared = {"since": "2024-04-11", "before": days, "after": days, "columns": []}
    page = shift.render("digits", shifts.load(found, "label_drift"), compared)
    assert "Mean label" not in page
    assert page.count("<svg") == 3
