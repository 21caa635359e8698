"""`cumulet label`: votes, questions, answers, suspects; what somebody has filled in is never lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import usecases
from cumulet.adapters import answers
from cumulet.adapters.lake import Lake
from cumulet.contracts.errors import ContractError, NotFoundError, SchemaError
from cumulet.core.tasks import MultiClass
from cumulet.core.training_data.labelling import Labelling, LabellingFunction
from tests.cli.labelled import LAST, SPAN, Deployed, call, deployed, everything


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("label")) as made:
        yield made


@pytest.fixture
def workspace(days: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """The same days for every test, without the answers and files of the one before."""
    from cumulet.cli import labelling

    monkeypatch.setattr(labelling, "STATE", tmp_path)
    monkeypatch.setattr(days, "folder", tmp_path / "labelling" / "flights")
    yield days
    for key in days.lake.list("answers/"):
        days.lake.delete(key)


def found(command: str, *arguments: str) -> dict[str, Any]:
    result = call("label", command, "flights", *arguments, *SPAN, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return dict(json.loads(result.stdout))


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.open(encoding="utf-8")))


def fill(file: Path, label: str = "late", n: int = 3) -> list[str]:
    """Answer the first questions of a file; their ids."""
    table = rows(file)
    for row in table[:n]:
        row["label"] = label
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return [row["id"] for row in table[:n]]


# -- apply


def test_rules_vote_on_what_has_no_label_and_with_all_on_everything(workspace: Deployed) -> None:
    report = found("apply")
    assert report["records"] == 70
    assert [row["function"] for row in report["functions"]][:2] == ["time_of_day", "day_before"]
    assert report["known"] == []
    assert len(rows(Path(report["file"]))) == 70
    whole = found("apply", "--all", "--out", str(workspace.folder / "all.csv"))
    assert whole["records"] == 700
    assert {row["combined by"] for row in whole["known"]} == {"majority", "Dawid-Skene"}
    table = rows(workspace.folder / "all.csv")
    assert float(table[0]["p on time"]) + float(table[0]["p late"]) == pytest.approx(1, abs=1e-5)


def test_rules_that_give_no_class_are_named(workspace: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Labelling(("on time", "late"), (LabellingFunction("loud", "", lambda c: c["distance"]),))
    monkeypatch.setattr(usecases, "labelling", lambda name: wrong)
    result = call("label", "apply", "flights", *SPAN)
    assert isinstance(result.exception, ContractError)
    assert "usecases/flights/labelling.py: labelling function loud" in str(result.exception)


def test_without_labelling_py_there_is_nothing_to_apply_but_people_can_be_asked(workspace: Deployed) -> None:
    result = call("label", "apply", "income", *SPAN)
    assert isinstance(result.exception, NotFoundError)
    assert "write usecases/income/labelling.py with LABELLING" in str(result.exception)
    assert "`cumulet label ask` needs none" in str(result.exception)
    assert usecases.labelling("income") == Labelling(("not employed", "employed"))


def test_people_label_digits_by_looking_at_them() -> None:
    labelling = usecases.labelling("digits")
    assert labelling.classes == tuple("0123456789")
    record = usecases.load("digits").schema.columns([usecases.load("digits").example])
    assert labelling.picture is not None
    (drawn,) = labelling.picture(record)
    assert drawn.shape == (28, 28)
    assert 0 == drawn.min() < drawn.max() <= 1


@pytest.mark.parametrize("command", ["apply", "ask", "errors"])
def test_a_use_case_of_numbers_is_told_what_to_use_instead(workspace: Deployed, command: str) -> None:
    result = call("label", command, "bikes", *SPAN)
    assert isinstance(result.exception, ContractError)
    assert "uncertainty (entropy, margin) are defined for classes only" in str(result.exception)
    assert "cumulet sample bikes" in str(result.exception)
    assert "cumulet data correct bikes" in str(result.exception)


def test_a_labelling_py_of_other_classes_than_the_task_s_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    several = replace(usecases.load("flights"), task=MultiClass(("early", "on time", "late")))
    monkeypatch.setattr(usecases, "load", lambda name: several)
    with pytest.raises(ContractError, match="by position: early, on time, late"):
        usecases.labelling("flights")
    assert usecases.labelling("income").classes == ("early", "on time", "late")


# -- ask and answer


def test_questions_are_written_as_a_file_and_a_page_and_answers_reach_the_next_examples(workspace: Deployed) -> None:
    report = found("ask", "--n", "12", "--by", "margin")
    assert (report["questions"], report["of"], report["uncertain by"]) == (12, 70, "the labelling functions")
    file = Path(report["file"])
    assert {row["label"] for row in rows(file)} == {""}
    assert all(row["id"].startswith(str(LAST)) for row in rows(file))
    assert "<html" in Path(report["page"]).read_text()
    ids = fill(file)
    taken = found("answer", str(file), "--annotator", "ada")
    assert (taken["answers"], taken["open"], taken["new"]) == (3, 9, True)
    kept = answers.read(workspace.lake, "flights")
    assert sorted(kept["id"]) == sorted(ids)
    assert set(kept["annotator"]) == {"ada"}
    assert found("ask", "--n", "80", "--out", str(workspace.folder / "next.csv"))["of"] == 67


def test_answers_that_are_given_twice_are_kept_once(workspace: Deployed) -> None:
    file = Path(found("ask", "--n", "5")["file"])
    fill(file)
    assert found("answer", str(file), "--annotator", "ada")["new"]
    again = found("answer", str(file), "--annotator", "ada")
    assert (again["new"], again["kept as"]) == (False, "(was there)")
    assert len(workspace.lake.list("answers/")) == 1


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("id,label\nnobody,late\n", "give the id of a question that was asked"),
        ("id,label\n2013-01-10-1,maybe\n", "give one of on time, late"),
        ("id,label\n2013-01-10-1,late\n2013-01-10-1,late\n", "give each record once"),
        ("id,label\n2013-01-10-1,\n", "fill in the column label"),
        ("number,late\n1,1\n", "no column id and no label"),
        ('{"id": "2013-01-10-1"\n', "not JSON Lines"),
    ],
)
def test_of_a_file_with_anything_wrong_nothing_is_taken(workspace: Deployed, text: str, remedy: str) -> None:
    before = everything(workspace.lake)
    file = workspace.folder.parent / "answers.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    result = call("label", "answer", "flights", str(file), *SPAN)
    assert isinstance(result.exception, SchemaError)
    assert remedy in str(result.exception)
    assert everything(workspace.lake) == before


def test_a_file_that_is_no_text_is_refused(workspace: Deployed, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id,label\nä,1\n".encode("latin-1"))
    result = call("label", "answer", "flights", str(tmp_path / "a.csv"), *SPAN)
    assert isinstance(result.exception, SchemaError)
    assert "save it as CSV UTF-8" in str(result.exception)


@pytest.mark.parametrize(
    ("command", "arguments", "remedy"),
    [
        ("ask", (*SPAN, "--by", "luck"), "give entropy or margin"),
        ("ask", (*SPAN, "--n", "0"), "--n"),
        ("ask", (), "give --from and --to"),
        ("answer", ("absent.csv", *SPAN), "absent.csv"),
        ("errors", ("--from", "2013-01-02"), "go together"),
    ],
)
def test_bad_options_are_refused_with_a_remedy(
    workspace: Deployed, command: str, arguments: tuple[str, ...], remedy: str
) -> None:
    result = call("label", command, "flights", *arguments)
    assert result.exit_code == 2
    assert remedy in result.stderr


def test_where_every_record_has_a_label_ask_says_so(workspace: Deployed) -> None:
    result = call("label", "ask", "flights", "--from", "2013-01-01", "--to", "2013-01-05")
    assert isinstance(result.exception, NotFoundError)
    assert "give other days, or --all" in str(result.exception)


# -- nothing is lost


def test_questions_that_somebody_is_answering_are_not_written_over_until_they_are_taken_in(workspace: Deployed) -> None:
    file = Path(found("ask", "--n", "8")["file"])
    fill(file)
    filled = file.read_bytes()
    result = call("label", "ask", "flights", *SPAN, "--n", "8")
    assert isinstance(result.exception, ContractError)
    assert "3 answers that would be lost" in str(result.exception)
    assert "cumulet label answer flights" in str(result.exception)
    assert file.read_bytes() == filled
    found("answer", str(file))
    assert found("ask", "--n", "8")["of"] == 67
    assert {row["label"] for row in rows(file)} == {""}


def test_a_kill_while_questions_are_written_leaves_those_of_before(
    workspace: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(found("ask", "--n", "8")["file"])
    before = file.read_bytes()

    def half(path: Path, text: str, **more: Any) -> int:
        path.write_bytes(text.encode()[: len(text) // 2])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", half)
        assert call("label", "ask", "flights", *SPAN, "--n", "20").exit_code != 0
    assert file.read_bytes() == before
    assert found("ask", "--n", "20")["questions"] == 20


@pytest.mark.parametrize("written", [False, True])
def test_a_kill_while_answers_are_taken_in_loses_none_and_doubles_none(
    workspace: Deployed, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    file = Path(found("ask", "--n", "8")["file"])
    ids, put = fill(file), Lake.put

    def killed(lake: Lake, *arguments: Any) -> str:
        if written:
            put(lake, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "put", killed)
        assert call("label", "answer", "flights", str(file), *SPAN).exit_code != 0
    assert found("answer", str(file))["new"] is not written
    assert sorted(answers.read(workspace.lake, "flights")["id"]) == sorted(ids)


# -- errors


def test_suspects_are_listed_and_written_to_be_answered(workspace: Deployed) -> None:
    report = found("errors", "--n", "6")
    assert (report["labels"], report["judged by"]) == (630, "a cross-fitted logistic regression")
    assert len(report["listed"]) == min(6, report["suspects"]) > 0
    table = rows(Path(report["file"]))
    assert [row["id"] for row in table] == [row["id"] for row in report["listed"]]
    assert all({row["given"], row["rather"]} == {"on time", "late"} for row in table)
    assert "How labels are wrong" in Path(report["page"]).read_text()


def test_days_without_a_label_have_no_suspects(workspace: Deployed) -> None:
    result = call("label", "errors", "flights", "--from", str(LAST), "--to", str(LAST))
    assert isinstance(result.exception, NotFoundError)
    assert "run later nights first" in str(result.exception)
