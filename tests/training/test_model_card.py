"""What a model card says that its use case declares."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from cumulet.core.usecase import UseCase
from training.model_card import card
from training.model_page import page
from usecases.flights import USE_CASE as FLIGHTS
from usecases.income import USE_CASE as INCOME

FIGURES = dict.fromkeys({*INCOME.task.compared, *FLIGHTS.task.compared, "cost"}, 0.5)
EVALUATION: dict[str, Any] = {
    "algorithm": "trees",
    "parameters": {},
    "dataset_id": "d",
    "cut_off": "2016-01-01",
    "candidate_name": "trees",
    "candidate": FIGURES,
    "baselines": {},
    "champion": None,
    "gate": {"passed": True, "reasons": []},
    "holdout": {"folds": 4, "rows": 9, "first_day": "2016-01-01", "last_day": "2016-01-02"},
    "slices": {},
    "calibration": [],
    "threshold": 0.5,
}
MANIFEST: Any = SimpleNamespace(cut_off="2016-01-01", dataset_id="d", threshold=0.5, parity=1e-7)


@pytest.mark.parametrize(
    ("use_case", "attributes", "inputs", "said"),
    [
        (FLIGHTS, "none", "none", ""),
        (INCOME, "sex, race, disability", "sex, race, disability", "The model learns from sex, race, disability."),
        (replace(INCOME, sensitive_inputs=()), "sex, race, disability", "none", "The model learns from none of them."),
    ],
    ids=["no people", "declared", "kept out"],
)
def test_the_card_says_which_sensitive_attributes_the_model_learns_from(
    use_case: UseCase, attributes: str, inputs: str, said: str
) -> None:
    details = card(use_case, EVALUATION, MANIFEST, "run-1")["additional_information"]["custom_details"]
    assert (details["sensitive_attributes"], details["sensitive_inputs"]) == (attributes, inputs)
    text = page(use_case, EVALUATION, "run-1")
    assert said in text
    assert ("Sensitive:" in text) == bool(said)
