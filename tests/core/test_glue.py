"""The tables that Athena sees are what the schemas say and what the nights write."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import usecases
from cumulet.contracts.errors import ContractError
from cumulet.core.glue import tables
from cumulet.core.tasks import MultiClass, Regression
from cumulet.core.usecase import UseCase, label_rows

USE_CASES = [usecases.load(name) for name in usecases.names()]
TYPES = {"object": "string", "float64": "double", "float32": "float"}


def types(columns: dict[str, np.ndarray]) -> dict[str, str]:
    """The Glue types of columns as they are written."""
    moments = {"[D]": "date", "[m]": "timestamp", "[s]": "timestamp"}
    return {name: TYPES.get(str(c.dtype)) or moments[str(c.dtype)[-3:]] for name, c in columns.items()}


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda u: u.name)
def test_every_table_has_the_columns_that_are_written(use_case: UseCase) -> None:
    found = tables(use_case)
    records = use_case.schema.columns([use_case.example])
    assert found["curated"] == types(records)
    for name, schema in use_case.side_tables.items():
        assert found[f"curated_{name}"] == types(schema.columns([]))
    assert found["labels"] == types(label_rows(use_case, use_case.outcomes.columns([])))
    context = dict.fromkeys(use_case.context.names, np.zeros(1, np.float32))
    assert found["features"] == types({**records, **context})
    assert found.keys() == {
        "curated",
        *(f"curated_{n}" for n in use_case.side_tables),
        "labels",
        "features",
        "predictions",
    }


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (Regression(), {"prediction": "double"}),
        (MultiClass(classes=("a", "b")), {"prediction": "string", "p_0": "double", "p_1": "double"}),
    ],
)
def test_predictions_have_what_the_task_says(task: Regression | MultiClass, said: dict[str, str]) -> None:
    found = tables(replace(USE_CASES[0], task=task))["predictions"]
    assert found == {"id": "string", **said, "model_package": "string", "scored_at": "timestamp"}


def test_a_field_more_is_a_column_more() -> None:
    flights = usecases.load("flights")
    fields = (*flights.schema.fields, replace(flights.schema.field("seats"), name="rows"))
    found = tables(replace(flights, schema=replace(flights.schema, fields=fields)))
    assert found["curated"]["rows"] == found["features"]["rows"] == "double"


def test_a_label_that_keeps_what_outcomes_lack_is_named() -> None:
    flights = usecases.load("flights")
    with pytest.raises(ContractError, match="flights: the label keeps wings; outcomes have id, date"):
        tables(replace(flights, label=replace(flights.label, keep=("wings",))))
