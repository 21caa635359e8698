"""What columns are taken for, and what has to be said."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

from cumulet.contracts.errors import ContractError
from cumulet.scaffold.profile import Column, profile
from cumulet.scaffold.proposal import Proposal, guess_label, propose
from cumulet.scaffold.roles import Choices
from tests.scaffold.tables import customers, flowers, sales, written


@pytest.fixture(scope="module")
def cancelling(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Column]:
    return profile(written(tmp_path_factory.mktemp("t") / "c.csv", customers(600), ";"))


def roles(proposal: Proposal) -> dict[str, str]:
    return {each.column.name: each.role for each in proposal.columns}


def test_every_column_gets_a_role(cancelling: dict[str, Column]) -> None:
    found = propose(cancelling, Choices(label="kündigt"))
    assert roles(found) == {
        "Kunden-ID": "id",
        "Beginn": "time",
        "Ort": "category",
        "Plan": "category",
        "Alter": "number",
        "Beschwerden": "number",
        "gender": "sensitive",
        "e-mail": "left out",
        "Bemerkung": "left out",
        "kündigt": "label",
    }
    assert (found.task, found.classes) == ("binary", ("nein", "ja"))


def test_what_is_said_counts_more_than_what_is_proposed(cancelling: dict[str, Column]) -> None:
    choices = Choices(label="Plan", time="none", sensitive=("Alter",), leave_out=("Ort",))
    found = roles(propose(cancelling, choices))
    assert (found["Alter"], found["gender"], found["Ort"], found["Beginn"]) == (
        "sensitive",
        "category",
        "left out",
        "moment",
    )


def test_of_two_values_the_other_one_may_be_looked_out_for(cancelling: dict[str, Column]) -> None:
    assert propose(cancelling, Choices(label="kündigt", positive="nein")).classes == ("ja", "nein")
    with pytest.raises(ContractError, match="has nein and ja"):
        propose(cancelling, Choices(label="kündigt", positive="vielleicht"))


def test_the_task_follows_from_the_label(tmp_path) -> None:
    numbers = profile(written(tmp_path / "s.csv", sales(300)))
    classes = profile(written(tmp_path / "f.csv", flowers(300)))
    assert propose(numbers, Choices(label="sold")).task == "regression"
    found = propose(classes, Choices(label=guess_label(classes)))
    assert (found.task, found.classes) == ("multiclass", ("Aster", "Béllis", "Crocus", "Dahlia"))
    assert found.time is found.id is None


@pytest.mark.parametrize(
    ("choices", "remedy"),
    [
        (Choices(), "Say --label NAME"),
        (Choices(label="Kündigt"), "there is no column 'Kündigt'"),
        (Choices(label="Bemerkung"), "nothing to predict"),
        (Choices(label="Beginn"), "the days until then"),
        (Choices(label="Ort"), "group the rare ones"),
        (Choices(label="kündigt", time="Alter"), "a date or a time in every row"),
    ],
)
def test_what_cannot_be_known_is_asked_for_by_name(
    cancelling: dict[str, Column], choices: Choices, remedy: str
) -> None:
    with pytest.raises(ContractError, match=remedy):
        propose(cancelling, choices)


def test_prose_is_left_out_and_a_text_of_many_values_too() -> None:
    rows = 200
    columns = profile(
        pa.table(
            {
                "remark": [f"they called again about the bill number {n}" for n in range(rows)],
                "code": [f"X{n}" for n in range(rows)],
                "x": [n % 7 for n in range(rows)],
                "y": [n % 2 for n in range(rows)],
            }
        )
    )
    found = {each.column.name: each.why for each in propose(columns, Choices(label="y")).columns}
    assert found == {"remark": "free text", "code": "200 distinct texts name, they do not group", "x": "", "y": ""}


def test_only_text_names_somebody(tmp_path):
    columns = profile(written(tmp_path / "customers.csv", customers(100)))
    with pytest.raises(ContractError, match="--identifier Beschwerden: only a column of text"):
        propose(columns, Choices(label="kündigt", identifier=("Beschwerden",)))
    with pytest.raises(ContractError, match="there is no column 'nobody'"):
        propose(columns, Choices(label="kündigt", identifier=("nobody",)))


def proposed(columns: dict[str, object], **choices: object) -> dict[str, str]:
    """Role (and why) of every column but the label, of a table with `x` and `y` besides."""
    rows = len(next(iter(columns.values())))  # type: ignore[arg-type]
    table = pa.table({**columns, "x": [n % 7 for n in range(rows)], "y": [n % 2 for n in range(rows)]})
    found = propose(profile(table), Choices(label="y", **choices)).columns  # type: ignore[arg-type]
    return {each.column.name: f"{each.role}: {each.why}" for each in found if each.column.name in columns}


def test_what_numbers_the_rows_is_no_input() -> None:
    assert proposed({"": list(range(100))}) == {"": "left out: it names the row"}


def test_dates_in_several_forms_are_told_apart_from_codes() -> None:
    dates = [f"{n % 28 + 1}/01/2024" if n % 2 else f"Jan {n % 28 + 1}, {2000 + n % 24}" for n in range(100)]
    assert "write them as yyyy-mm-dd" in proposed({"at": dates})["at"].lower()


def test_a_birthday_is_not_the_day_on_which_a_row_came() -> None:
    day = np.datetime64("1950-01-01")
    days = {"seen": day + np.arange(100) * 240, "born": day + np.arange(100), "birth_date": day + np.arange(100)}
    roles_of = proposed({name: pa.array(each) for name, each in days.items()})
    assert roles_of["seen"].startswith("moment")
    assert roles_of["born"].startswith("time")
    assert roles_of["birth_date"] == "left out: personal data"


def test_a_product_has_a_name_that_is_nobodys() -> None:
    names = [f"n{n % 5}" for n in range(100)]
    found = proposed({"product_name": names, "customer_name": names, "name": names})
    assert found == {
        "product_name": "category: ",
        "customer_name": "left out: personal data",
        "name": "left out: personal data",
    }


def test_an_id_that_the_schema_would_refuse_is_no_id() -> None:
    assert proposed({"id": [f"Ä{n}" for n in range(100)]})["id"].startswith("left out")
    assert proposed({"id": [f"A{n}" for n in range(100)]})["id"].startswith("id")


@pytest.mark.parametrize(
    ("choices", "remedy"),
    [
        (Choices(label="Y"), "do you mean 'y'?"),
        (Choices(label="kind", task="regression"), "holds strings, not numbers"),
        (Choices(label="x", task="multiclass"), "at most 50"),
        (Choices(label="y", leave_out=("x", "kind")), "no column is left"),
        (Choices(label="same"), "holds 'a' in every row"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_before_anything_is_written(choices: Choices, remedy: str) -> None:
    rows = range(100)
    table = pa.table(
        {"x": list(rows), "kind": ["ab"[n % 2] for n in rows], "y": [n % 2 for n in rows], "same": ["a"] * 100}
    )
    with pytest.raises(ContractError, match=re.escape(remedy)):
        propose(profile(table), choices)
