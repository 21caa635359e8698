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
from cumulet.core.marks import declared_wrongly, learnt_from, marked, observed
from cumulet.core.schema import Columns
from cumulet.core.usecase import UseCase

ROOT = Path(__file__).resolve().parents[2]
USE_CASES = [usecases.load(name) for name in usecases.names()]
ALLOWED: dict[str, tuple[str, ...]] = {}
"""Sensitive inputs by use case, where its README says why the model may learn from them."""
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
def test_no_model_sees_a_marked_field_that_its_use_case_does_not_allow(use_case: UseCase) -> None:
    columns = some(use_case)
    state = use_case.fit_state(columns, np.array([0.0, 1.0, 0.0, 1.0]))
    assert learnt_from(use_case, columns, state, ALLOWED.get(use_case.name, ())) == ()


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


def test_a_transform_that_reads_a_sensitive_field_is_found_unless_it_may(people: UseCase) -> None:
    columns = some(people)
    state = people.fit_state(columns, np.array([0.0, 1.0, 0.0, 1.0]))
    assert learnt_from(people, columns, state) == ()

    def reads_sex(given: Columns, learnt: dict) -> np.ndarray:
        return np.hstack([people.transform(given, learnt), (given["sex"] == "f")[:, None].astype(np.float32)])

    biased = replace(people, transform=reads_sex)
    assert learnt_from(biased, columns, state) == ("sex",)
    assert learnt_from(biased, columns, state, allowed=("sex",)) == ()


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
