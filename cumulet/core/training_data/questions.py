"""Questions to people, and their answers: a file to fill in, and what must hold of it when it comes back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cumulet.contracts.errors import Problem, SchemaError

ID, ANSWER = "id", "label"
SHOWN = 10
"""Of the problems of a file so many are named in the message."""


def to_csv(questions: Sequence[Mapping[str, Any]]) -> str:
    """One line a question, with an empty column `label` to fill in."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(questions[0]) if questions else [ID, ANSWER], lineterminator="\n")
    writer.writeheader()
    writer.writerows(questions)
    return out.getvalue()


def filled(text: str) -> set[str]:
    """The ids of the questions of a CSV file that somebody has answered; none in a file that is of another kind."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if ID not in (reader.fieldnames or ()):
        return set()
    return {str(row[ID]).strip() for row in reader if str(row.get(ANSWER) or "").strip()}


@dataclass(frozen=True)
class Answers:
    """What a file says: a class, by position, for every id; and how many questions it leaves open."""

    labels: dict[str, int]
    open: int


def read(text: str, classes: Sequence[str], known: Collection[str]) -> Answers:
    """The answers of a file, CSV or JSON Lines, that has at least `id` and `label` (a class's name or position).

    `known` are the ids that may be answered. Questions without a label are left open. Anything else that is wrong
    refuses the whole file: SchemaError names every line, and nothing is half taken in.
    """
    labels: dict[str, int] = {}
    problems: list[Problem] = []
    left = 0
    for line, row in _rows(text):
        name, answer = str(row.get(ID) or "").strip(), row.get(ANSWER)
        answer = "" if answer is None else str(answer).strip()
        problem = _problem(line, name, answer, classes, known, labels)
        if problem:
            problems.append(problem)
        elif answer:
            labels[name] = _position(answer, classes)
        else:
            left += 1
    if problems:
        named = "; ".join(map(str, problems[:SHOWN]))
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise SchemaError(f"{len(problems)} answers cannot be taken, so none is: {named}{more}", tuple(problems))
    if not labels:
        raise SchemaError(f"no answer in the file ({left} open questions): fill in the column {ANSWER}")
    return Answers(labels, left)


def _problem(
    line: int, name: str, answer: str, classes: Sequence[str], known: Collection[str], labels: Mapping[str, int]
) -> Problem | None:
    where = f"line {line}, {ID}"
    if name not in known:
        return Problem(where, name, "give the id of a question that was asked, as it was")
    if name in labels:
        return Problem(where, name, "give each record once")
    if answer and _position(answer, classes) < 0:
        return Problem(f"line {line}, {ANSWER}", answer, f"give one of {', '.join(classes)}, or leave it empty")
    return None


def _position(answer: str, classes: Sequence[str]) -> int:
    """The position of a class by its name or its number; -1 when there is none such."""
    if answer in classes:
        return list(classes).index(answer)
    return int(answer) if answer.isdecimal() and int(answer) < len(classes) else -1


def _rows(text: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Line numbers and rows. Raises SchemaError when the file is neither CSV nor JSON Lines with an id."""
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        try:
            found = [(n, json.loads(line)) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        except ValueError as error:
            raise SchemaError(f"the answers are not JSON Lines: {error}") from error
        strange = [n for n, row in found if not isinstance(row, dict)]
        if strange:
            raise SchemaError(f"the answers are not JSON Lines: line {strange[0]} is no object with id and label")
        return found
    reader = csv.DictReader(io.StringIO(text, newline=""))
    absent = [name for name in (ID, ANSWER) if name not in (reader.fieldnames or ())]
    if absent:
        raise SchemaError(f"the answers have no column {' and no '.join(absent)}; found {reader.fieldnames}")
    return [(reader.line_num, row) for row in reader]
