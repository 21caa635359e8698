"""Redaction: rows about the subject go, mentions become a word, everybody else stays to the letter."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cumulet.core.redacted_csv import csv_file
from cumulet.core.redacted_json import json_document, json_lines
from cumulet.core.redaction import ERASED, Subject

ADA = Subject(frozenset({"ada-1", "Zoë-7"}), ("id", "person"))


def test_a_key_counts_only_where_it_stands_by_itself() -> None:
    assert all(ADA.is_in(text) for text in (b"ada-1", b"x,ada-1\n", b'"ada-1"', b"\0ada-1\0"))
    assert not any(ADA.is_in(text) for text in (b"ada-12", b"xada-1", b"ada-1-2", b"ada_1", b"a-ada-1"))


def test_every_spelling_of_a_key_is_found() -> None:
    for form in ("NFC", "NFD"):
        assert ADA.is_in(unicodedata.normalize(form, "to Zoë-7.").encode())
    assert ADA.is_in(json.dumps("Zoë-7").encode())
    assert ADA.is_named(" Zoe\u0308-7 ")


def test_rows_of_a_csv_file_go_and_the_others_stay_as_they_are() -> None:
    data = b'id,note\nada-1,x\nada-12,"a, b"\nbob,saw ada-1\n'
    left = csv_file(data, ADA)
    assert left.data == f'id,note\nada-12,"a, b"\nbob,saw {ERASED}\n'.encode()
    assert left.rows == 1


def test_a_row_that_does_not_fit_its_header_goes_whichever_cell_names_the_subject() -> None:
    assert csv_file(b"id,note\nshifted,x,ada-1\nb,c\n", ADA).data == b"id,note\nb,c\n"


def test_what_is_no_csv_and_no_utf_8_loses_the_lines_with_a_key() -> None:
    assert csv_file(b'id\n"broken "quote" ada-1\n\xff kept\n', ADA).data == b"id\n\xff kept\n"


def test_lines_of_json_go_when_they_are_about_the_subject() -> None:
    lines = [{"row": {"id": "ada-1"}}, {"row": {"id": "bob", "note": "saw ada-1"}}, {"row": {"id": "ada-12"}}]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    left = json_lines(data, ADA)
    assert [json.loads(line)["row"] for line in left.data.splitlines()] == [
        {"id": "bob", "note": f"saw {ERASED}"},
        {"id": "ada-12"},
    ]
    assert (left.rows, left.left) == (1, 2)


def test_golden_records_of_a_manifest_go_one_by_one() -> None:
    golden = [{"record": {"id": each}, "prediction": 0.5} for each in ("ada-1", "bob")]
    left = json_document(json.dumps({"name": "m", "golden": golden}).encode(), ADA)
    assert json.loads(left.data) == {"name": "m", "golden": golden[1:]}
    assert left.rows == 1


def test_a_count_by_identifier_loses_its_entry() -> None:
    left = json_document(json.dumps({"counts": {"ada-1": 3, "bob": 4}, "top": "ada-1"}).encode(), ADA)
    assert json.loads(left.data) == {"counts": {"bob": 4}, "top": ERASED}


def test_a_text_that_is_no_json_is_redacted_as_text() -> None:
    assert json_document(b"# notes\nada-1 called\n", ADA).data == f"# notes\n{ERASED} called\n".encode()


NAMES = st.sampled_from(["ada-1", "ada-12", "bob", "Zoë-7", "x,y", 'q"', "", "saw ada-1"])


@given(st.lists(st.tuples(NAMES, NAMES), max_size=8))
def test_after_a_redaction_nothing_is_found_and_no_other_row_is_lost(rows: list[tuple[str, str]]) -> None:
    lines = b"".join(json.dumps({"id": a, "note": b}).encode() + b"\n" for a, b in rows)
    left = json_lines(lines, ADA)
    assert not ADA.is_in(left.data)
    assert [json.loads(line)["id"] for line in left.data.splitlines()] == [
        a.replace("ada-1", ERASED) if a == "saw ada-1" else a for a, _ in rows if a not in ("ada-1", "Zoë-7")
    ]
