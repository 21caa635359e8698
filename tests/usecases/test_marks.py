"""The marks of every use case are kept: nothing that names somebody reaches a model, a slice or a context feature."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import usecases
from cumulet.contracts.settings import UseCaseSettings
from cumulet.core.context import with_context
from cumulet.core.fields import Field
from cumulet.core.marks import declared_wrongly, learnt_wrongly, marked, observed, reaching_the_matrix
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase

ROOT = Path(__file__).resolve().parents[2]
USE_CASES = [usecases.load(name) for name in usecases.names()]
PERSON = (
    Field("person", "string", "who", nullable=True, mark="identifier"),
    Field("sex", "string", "of the person", nullable=True, mark="sensitive", categories=("f", "m")),
)


def some(use_case: UseCase) -> Columns:
    """Four records like the example, one different, with context."""
    base = {**dict.fromkeys(use_case.schema.names), **use_case.example, **dict.fromkeys(use_case.context.names, 0.5)}
    people = [{"person": f"p{n}", "sex": "fm"[n % 2]} for n in range(4)]
    known = set(use_case.schema.names)
    rows = [{**base, "id": f"r{n}", **{k: v for k, v in people[n].items() if k in known}} for n in range(4)]
    return with_context(use_case, rows)


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda u: u.name)
def test_no_use_case_hands_out_what_names_somebody(use_case: UseCase) -> None:
    assert list(declared_wrongly(use_case)) == []


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda u: u.name)
def test_a_key_is_deployed_exactly_where_an_identifier_is_marked(use_case: UseCase) -> None:
    settings = UseCaseSettings.load(ROOT / "usecases" / use_case.name / "usecase.toml")
    assert settings.privacy.identifiers == bool(marked(use_case, "identifier"))


@pytest.fixture
def people() -> UseCase:
    flights = usecases.load("flights")
    schema = replace(flights.schema, fields=(*flights.schema.fields, *PERSON))
    return replace(flights, schema=schema, sensitive=("sex",))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda u: replace(u, slices=("person",)), "person names somebody (it is marked so), and is a slice"),
        (lambda u: replace(u, feature_names=(*u.feature_names, "person")), "is a feature of the model"),
        (lambda u: replace(u, sensitive=()), "sex is marked sensitive; list it"),
        (lambda u: replace(u, sensitive_inputs=("seats",)), "seats is listed in `sensitive_inputs` alone"),
        (lambda u: replace(u, sensitive=("sex", "dest")), "dest is sensitive, and a key of context features"),
        (
            lambda u: replace(
                u, outcomes=replace(u.outcomes, fields=(*u.outcomes.fields, Field("person", "string", "")))
            ),
            "person is marked in one table",
        ),
    ],
)
def test_a_declaration_that_breaks_a_law_is_named(
    people: UseCase, change: Callable[[UseCase], UseCase], broken: str
) -> None:
    assert list(declared_wrongly(people)) == []
    assert any(broken in each for each in declared_wrongly(change(people)))


def test_a_transform_that_reads_a_sensitive_field_is_found_unless_it_says_so(people: UseCase) -> None:
    columns = some(people)
    state = people.fit_state(columns, np.array([0.0, 1.0, 0.0, 1.0]))
    assert reaching_the_matrix(people, columns, state) == ()

    def reads_sex(given: Columns, learnt: dict) -> np.ndarray:
        return np.hstack([people.transform(given, learnt), (given["sex"] == "f")[:, None].astype(np.float32)])

    biased = replace(people, transform=reads_sex)
    (problem,) = learnt_wrongly(biased, columns, state)
    assert "sex is sensitive and reaches the model's matrix; take it out, or list it in `sensitive_inputs`" in problem
    open_about_it = {"sensitive_inputs": ("sex",)}
    assert list(learnt_wrongly(replace(biased, **open_about_it), columns, state)) == []
    (problem,) = learnt_wrongly(replace(people, **open_about_it), columns, state)
    assert "sex is listed in `sensitive_inputs`, but no input of the model" in problem


def test_a_transform_that_reads_who_it_is_can_never_be_declared(people: UseCase) -> None:
    columns = some(people)
    state = people.fit_state(columns, np.array([0.0, 1.0, 0.0, 1.0]))

    def reads_names(given: Columns, learnt: dict) -> np.ndarray:
        return np.hstack([people.transform(given, learnt), (given["person"] == "p1")[:, None].astype(np.float32)])

    knowing = replace(people, transform=reads_names)
    (problem,) = learnt_wrongly(knowing, columns, state)
    assert "person names somebody (it is marked so) and reaches the model's matrix" in problem
    declared = replace(knowing, sensitive_inputs=("person",), sensitive=("sex", "person"))
    assert any("person names somebody" in each for each in declared_wrongly(declared))


def test_sketches_and_reports_count_no_values_that_name_somebody(people: UseCase) -> None:
    assert "sex" in observed(people)
    assert {"id", "person"}.isdisjoint(observed(people))


def test_settings_of_privacy_are_read_and_checked(tmp_path: Path) -> None:
    text = (ROOT / "usecases" / "flights" / "usecase.toml").read_text()
    path = tmp_path / "usecase.toml"
    path.write_text(f"{text}[privacy]\nidentifiers = true\n")
    assert tomllib.loads(path.read_text())["privacy"] == {"identifiers": True}
    assert UseCaseSettings.load(path).privacy.identifiers
    path.write_text(f'{text}[privacy]\nidentifiers = "yes"\n')
    with pytest.raises(Exception, match="identifiers='yes': expected bool"):
        UseCaseSettings.load(path)
