from __future__ import annotations

import csv
import io

import pytest

from cumulet.contracts.errors import SchemaError
from cumulet.core.training_data.questions import filled, read, to_csv

CLASSES, KNOWN = ("on time", "late"), {"a", "b", "c"}


def test_questions_go_out_with_an_empty_label_and_come_back_with_theirs():
    asked = to_csv([{"id": "a", "label": "", "note": 'says "hi", twice'}, {"id": "b", "label": "", "note": None}])
    rows = list(csv.DictReader(io.StringIO(asked)))
    assert rows[0]["note"] == 'says "hi", twice'
    assert rows[0]["label"] == ""
    found = read(asked.replace("a,,", "a,late,"), CLASSES, KNOWN)
    assert (found.labels, found.open) == ({"a": 1}, 1)


def test_answers_may_be_json_lines_names_or_numbers_and_begin_with_a_byte_order_mark():
    assert read('{"id": "a", "label": "late"}\n{"id": "b", "label": 0}\n', CLASSES, KNOWN).labels == {"a": 1, "b": 0}
    assert read("\ufeffid,label\nc,1\n", CLASSES, KNOWN).labels == {"c": 1}


def test_json_lines_end_at_line_feeds_alone():
    assert read('{"id": "a\u2028b", "label": "late"}\n', CLASSES, {"a\u2028b"}).labels == {"a\u2028b": 1}


@pytest.mark.parametrize(
    ("rows", "remedy"),
    [
        ("z,late", "line 2, id='z': give the id of a question"),
        ("a,tardy", "line 2, label='tardy': give one of on time, late"),
        ("a,2", "give one of on time, late"),
        ("a,-1", "give one of on time, late"),
        ("a,late\na,late", "line 3, id='a': give each record once"),
        (",late", "give the id"),
    ],
)
def test_whatever_is_wrong_refuses_the_whole_file_and_says_where(rows, remedy):
    with pytest.raises(SchemaError, match=remedy) as caught:
        read(f"id,label\n{rows}\nb,late\n", CLASSES, KNOWN)
    assert "so none is" in str(caught.value)


def test_a_file_in_which_nothing_is_filled_in_is_refused():
    with pytest.raises(SchemaError, match="2 open questions"):
        read("id,label\na,\nb,\n", CLASSES, KNOWN)


@pytest.mark.parametrize(
    ("text", "remedy"), [("name,label\na,1\n", "no column id"), ("", "no column"), ("{nope", "JSON")]
)
def test_a_file_of_another_form_is_refused(text, remedy):
    with pytest.raises(SchemaError, match=remedy):
        read(text, CLASSES, KNOWN)


def test_many_problems_are_counted_and_the_first_named():
    text = "id,label\n" + "".join(f"x{n},late\n" for n in range(30))
    with pytest.raises(SchemaError, match=r"30 answers cannot be taken.*and 20 more") as caught:
        read(text, CLASSES, KNOWN)
    assert len(caught.value.problems) == 30


def test_answers_that_are_filled_in_are_known_by_their_id():
    assert filled("id,label,note\na,late,x\nb,,y\nc, ,z\n") == {"a"}
    assert filled("\ufeffid,label\nb,0\n") == {"b"}
    assert filled("number,what\n1,2\n") == filled("") == set()


def test_a_line_that_is_no_object_is_refused():
    with pytest.raises(SchemaError, match="line 2 is no object"):
        read('{"id": "a", "label": 1}\n[1]\n', CLASSES, KNOWN)
