"""Income: is this person at work? Decisions about people, sensitive attributes, hardly any drift: the control."""

from __future__ import annotations

from cumulet.core.tasks import Binary, CostMatrix
from cumulet.core.usecase import Baseline, Candidate, FitRows, GateRules, Label, UseCase
from usecases.income.schema import CUT_OFF, KEPT, OUTCOMES, RECORDS, employed
from usecases.income.transform import FEATURE_NAMES, RATES, transform

USE_CASE = UseCase(
    name="income",
    title="People at work in Massachusetts",
    description="Is this person at work? Forecast for the answers of the day, before anybody is called.",
    task=Binary(cost=CostMatrix(miss=1, false_alarm=1)),
    schema=RECORDS,
    outcomes=OUTCOMES,
    label=Label("employed", "is at work as a civilian", of=employed, keep=KEPT),
    cut_off=CUT_OFF,
    label_lag_days=7,
    fit_state=RATES.fit_state,
    transform=transform,
    feature_names=FEATURE_NAMES,
    candidates=(
        Candidate(
            "hist_gradient_boosting",
            algorithm="HistGradientBoostingClassifier",
            parameters={
                "max_iter": 150,
                "max_leaf_nodes": 15,
                "learning_rate": 0.08,
                "min_samples_leaf": 50,
                "random_state": 7,
            },
        ),
    ),
    baselines=(
        Baseline("prior rate", kind="prior"),
        Baseline("rate by age", kind="mean", keys=("age",)),
        Baseline("logistic regression", kind="linear"),
    ),
    fit_rows=FitRows(maximum=70_000, fold_maximum=25_000),
    gates=GateRules(too_good={"roc_auc": 0.95}),
    event_time="asked",
    example={
        "age": 46,
        "schooling": 21,
        "marital_status": "married",
        "relation": "reference person",
        "parents": "not asked",
        "citizenship": "born here",
        "moved": "no",
        "military": "never",
        "ancestry": "multiple",
        "native": "yes",
        "hearing": "no",
        "vision": "no",
        "cognition": "no",
        "sex": "female",
        "race": "white",
        "disability": "no",
    },
    sensitive=KEPT,
    sensitive_inputs=KEPT,
)
