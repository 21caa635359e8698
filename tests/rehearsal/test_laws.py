"""Every use case keeps the laws, and a use case that breaks one is told what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

import usecases
from cumulet.adapters import environments
from cumulet.core.schema import Columns
from cumulet.core.specs import ContextSpec, Rate
from cumulet.core.tasks import Regression
from cumulet.core.training_data.weighing import by_age
from cumulet.core.usecase import Baseline, FitRows, UseCase
from cumulet.rehearsal import declarations, future, laws, model_files, tables, transforms
from cumulet.rehearsal.days import Day, Rehearsal, commit, read
from usecases.bikes import USE_CASE as BIKES
from usecases.flights import USE_CASE as FLIGHTS
from usecases.income import USE_CASE as INCOME

DAYS = 30


@cache
def days(name: str) -> list[Day]:
    source = usecases.source(name)
    found = (source.first_day + timedelta(days=n) for n in range(DAYS))
    return [commit(usecases.load(name), day, source.day(day)) for day in found]


@cache
def rehearsal(name: str) -> Rehearsal:
    return Rehearsal.of(usecases.load(name), days(name))


@pytest.mark.parametrize("name", [name for name in usecases.names() if environments.requirements(name) is None])
@pytest.mark.parametrize("law", laws.LAWS, ids=laws.name_of)
def test_every_use_case_keeps_every_law(name: str, law: laws.Law) -> None:
    assert laws.broken(law, rehearsal(name)) == []


def with_transform(change: Callable[[Columns, Any, np.ndarray], np.ndarray]) -> UseCase:
    """Flights with what its transform gives changed."""
    return replace(FLIGHTS, transform=lambda columns, state: change(columns, state, FLIGHTS.transform(columns, state)))


def adds_a_column(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    columns["speed"] = columns["distance"] / columns["block_minutes"]
    return matrix


def looks_at_the_batch(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    matrix[:, 4] -= matrix[:, 4].mean() if len(matrix) else 0
    return matrix


def knows_its_place(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    matrix[:, 0] += np.arange(len(matrix)) if len(matrix) > 1 else 0
    return matrix


def draws(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    return matrix + np.random.default_rng().random(matrix.shape).astype(np.float32)


def divides_by_nothing(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    matrix[:, 0] = np.inf
    return matrix


def trusts_the_codes(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    matrix[:, 0] = [{"EWR": 0, "JFK": 1, "LGA": 2, "UA": 3}[code] for code in columns["origin"]]
    matrix[:, 1] = [len(code) for code in columns["dest"].tolist()]
    for code in columns["dest"].tolist():
        if code.startswith("Z"):
            raise KeyError(code)
    return matrix


def learns_numbers_as_keys(columns: Columns, y: np.ndarray) -> dict[str, Any]:
    return {**FLIGHTS.fit_state(columns, y), "by_hour": {1: 2.0}}


def looks_up_numbers(columns: Columns, state: Any) -> np.ndarray:
    matrix = FLIGHTS.transform(columns, state)
    matrix[:, 0] = state["by_hour"].get(1, 0.0)
    return matrix


def looks_up_outcomes(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    matrix[:, 0] = [len(name) % 7 for name in columns["id"].tolist()]
    return matrix


def copies_the_label(name: str) -> np.ndarray:
    """What a column of outcomes that slipped into the records says."""
    return np.nan_to_num(rehearsal(name).y) * 2 + 1


def says_the_label(columns: Columns, state: Any, matrix: np.ndarray) -> np.ndarray:
    if len(matrix) == len(copies_the_label("flights")):
        matrix[:, 0] = copies_the_label("flights")
    return matrix


BROKEN: dict[str, tuple[laws.Law, UseCase, str]] = {
    "example": (tables.the_example_is_valid, replace(FLIGHTS, example={"sched_dep": "noon"}), "Mend `example`"),
    "float64": (
        transforms.the_matrix_has_its_shape,
        with_transform(lambda columns, state, matrix: matrix.astype(np.float64)),
        "float64",
    ),
    "a column too few": (
        transforms.the_matrix_has_its_shape,
        with_transform(lambda columns, state, matrix: matrix[:, 1:]),
        "one column per name",
    ),
    "infinities": (transforms.the_matrix_has_its_shape, with_transform(divides_by_nothing), "infinities in hour"),
    "a changed input": (transforms.the_transform_is_pure, with_transform(adds_a_column), "work on copies"),
    "chance": (transforms.the_transform_is_pure, with_transform(draws), "nothing in it may be random"),
    "the batch": (transforms.a_record_is_a_batch_of_one, with_transform(looks_at_the_batch), "another distance"),
    "the order": (transforms.a_record_is_a_batch_of_one, with_transform(knows_its_place), "another hour"),
    "a sensitive input that nobody declared": (
        transforms.sensitive_inputs_are_declared,
        replace(INCOME, sensitive_inputs=("sex", "disability")),
        "race is sensitive and reaches the model's matrix; take it out, or list it in `sensitive_inputs`",
    ),
    "a sensitive key of context features": (
        transforms.sensitive_inputs_are_declared,
        replace(FLIGHTS, sensitive=("flight",)),
        "flight is sensitive, and a key of context features",
    ),
    "a declared input that is none": (
        transforms.sensitive_inputs_are_declared,
        replace(BIKES, sensitive=("id",), sensitive_inputs=("id",)),
        "id is listed in `sensitive_inputs`, but no input of the model",
    ),
    "a look-up by id": (future.outcomes_are_not_looked_up, with_transform(looks_up_outcomes), "changes with the id"),
    "a feature that is the label": (
        future.outcomes_are_not_looked_up,
        with_transform(says_the_label),
        "hour says the label in other words",
    ),
    "a slice that is no column": (
        declarations.what_is_declared_is_there,
        replace(FLIGHTS, slices=("terminal",)),
        "slices names 'terminal', which is no column",
    ),
    "a baseline by no column": (
        declarations.what_is_declared_is_there,
        replace(FLIGHTS, baselines=(Baseline("by gate", kind="mean", keys=("gate",)),)),
        "baseline 'by gate' names 'gate'",
    ),
    "two features of one name": (
        declarations.what_is_declared_is_there,
        replace(FLIGHTS, feature_names=(FLIGHTS.feature_names[1], *FLIGHTS.feature_names[1:])),
        "more than once",
    ),
    "a watched number that is one for all": (
        declarations.what_is_declared_is_there,
        replace(FLIGHTS, watched={"mean": lambda columns: np.array(1.0)}),
        "one number per record",
    ),
    "another hour than the schedule's": (
        declarations.the_settings_agree,
        replace(FLIGHTS, cut_off=replace(FLIGHTS.cut_off, hour=4)),
        "usecase.toml says cut_off_hour is 3, the code 4",
    ),
    "another time zone than the schedule's": (
        declarations.the_settings_agree,
        replace(FLIGHTS, cut_off=replace(FLIGHTS.cut_off, time_zone="UTC")),
        "usecase.toml says time_zone is 'America/New_York', the code 'UTC'",
    ),
    "an unseen code": (
        transforms.unseen_and_missing_values_are_taken,
        with_transform(trusts_the_codes),
        "overall value",
    ),
    "keys that are numbers": (
        transforms.the_state_survives_json,
        replace(FLIGHTS, fit_state=learns_numbers_as_keys, transform=looks_up_numbers),
        "keys of objects must be text",
    ),
    "a state of arrays": (
        transforms.the_state_survives_json,
        replace(FLIGHTS, fit_state=lambda columns, y: {"prior": np.zeros(2)}),
        "JSON cannot hold",
    ),
    "an algorithm for another task": (
        model_files.the_model_file_is_the_model,
        replace(FLIGHTS, candidates=(replace(FLIGHTS.candidates[0], algorithm="deep_forest"),)),
        "deep_forest",
    ),
    "a parity that nothing reaches": (
        model_files.the_model_file_is_the_model,
        replace(FLIGHTS, gates=replace(FLIGHTS.gates, max_parity=0.0)),
        "float32 features",
    ),
}


@pytest.mark.parametrize(("law", "use_case", "remedy"), BROKEN.values(), ids=BROKEN)
def test_a_broken_use_case_is_told_what_to_do(law: laws.Law, use_case: UseCase, remedy: str) -> None:
    (problem, *_) = laws.broken(law, replace(rehearsal(use_case.name), use_case=use_case))
    assert remedy in problem


@pytest.mark.parametrize(
    ("factor", "remedy"), [(2, "wants [0.0, 1.0]"), (0, "have one class only"), (np.nan, "No label is known")]
)
def test_labels_of_another_task_of_one_class_or_none_are_named(factor: float, remedy: str) -> None:
    whole = rehearsal("flights")
    labels = {**whole.labels, "label": whole.labels["label"] * factor}
    (problem,) = laws.broken(tables.labels_are_the_tasks, replace(whole, labels=labels))
    assert remedy in problem


def test_an_outcome_that_comes_before_it_is_known_is_a_look_ahead() -> None:
    whole = rehearsal("flights")
    early = {**whole.labels, "known_at": whole.labels["known_at"] + np.timedelta64(3, "D")}
    (problem,) = laws.broken(future.the_future_is_not_seen, replace(whole, labels=early))
    assert "before they were known" in problem


def test_a_context_feature_that_looks_ahead_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = future.context.tables

    def ahead(use_case: UseCase, day: Any, records: Columns, labels: Columns, side: Any) -> Any:
        return honest(use_case, day + timedelta(days=2), records, labels, side)

    monkeypatch.setattr(future.context, "tables", ahead)
    problems = laws.broken(future.the_future_is_not_seen, rehearsal("flights"))
    assert "a feature looks ahead" in problems[0]


def test_rows_that_break_the_schema_and_ids_that_are_shared_are_named() -> None:
    whole = rehearsal("flights")
    refused = tuple(f"records, line {n}: distance=-1" for n in range(20_000))
    doubled = {**whole.records, "id": np.full(len(whole.records["id"]), "one", object)}
    problems = laws.broken(tables.rows_are_valid, replace(whole, refused=refused, records=doubled))
    assert "the first: records, line 0" in problems[0]
    assert "Make it unique" in problems[1]


def test_a_source_that_is_another_the_second_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Moody(type(usecases.source("bikes"))):  # type: ignore[misc]
        def day(self, day: Any) -> dict[str, bytes]:
            found = dict(super().day(day))
            return {**found, "records": found["records"] + b"\n" * int(np.random.default_rng().integers(1, 1_000_000))}

    monkeypatch.setattr("usecases.bikes.source.Source", Moody)
    (problem, *_) = laws.broken(declarations.a_day_is_handed_over_alike, read("bikes", 2))
    assert "Nothing in source.py may be random" in problem


def test_a_record_that_comes_on_another_day_than_its_own_is_named() -> None:
    raw, first = usecases.source("bikes").day, usecases.source("bikes").first_day
    of = Rehearsal.of(BIKES, [commit(BIKES, first + timedelta(days=1), raw(first))])
    (problem,) = laws.broken(declarations.a_day_is_handed_over_alike, of)
    assert f"records that came on {first + timedelta(days=1)} belong to another day" in problem


def test_a_law_that_cannot_be_checked_is_broken() -> None:
    use_case = replace(FLIGHTS, context=ContextSpec((Rate("x", ("nowhere",), (1,), 1.0),)), task=Regression())
    (problem,) = laws.broken(future.the_future_is_not_seen, replace(rehearsal("flights"), use_case=use_case))
    assert "KeyError" in problem


def test_a_declaration_of_weights_that_does_not_fit_the_rows_is_found_before_a_training() -> None:
    use_case = replace(FLIGHTS, fit_rows=FitRows(weights=by_age("departure", 60)))
    of = replace(rehearsal("flights"), use_case=use_case)
    (problem,) = laws.broken(model_files.the_model_file_is_the_model, of)
    assert "no column departure to weigh by" in problem
