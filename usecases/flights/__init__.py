"""Flights: will this flight arrive more than 15 minutes late? Asked at 03:00, for the day that begins."""

from __future__ import annotations

from cumulet.core.tasks import Binary, CostMatrix
from cumulet.core.usecase import Baseline, Candidate, FitRows, GateRules, Label, UseCase
from usecases.flights.context import CONTEXT
from usecases.flights.expectations import EXPECTATIONS
from usecases.flights.schema import CUT_OFF, OUTCOMES, RECORDS, WEATHER, late
from usecases.flights.transform import FEATURE_NAMES, RATES, monotonic, transform

USE_CASE = UseCase(
    name="flights",
    title="Late arrivals from New York",
    description="Will this flight arrive more than 15 minutes late? Forecast at 03:00 for the flights of the day.",
    task=Binary(cost=CostMatrix(miss=4, false_alarm=1)),
    schema=RECORDS,
    side_tables={"weather": WEATHER},
    outcomes=OUTCOMES,
    label=Label(
        "late", "arrives more than 15 minutes after schedule", of=late, keep=("carrier", "flight", "origin", "dest")
    ),
    cut_off=CUT_OFF,
    context=CONTEXT,
    fit_state=RATES.fit_state,
    transform=transform,
    feature_names=FEATURE_NAMES,
    candidates=(
        Candidate(
            "hist_gradient_boosting",
            algorithm="HistGradientBoostingClassifier",
            parameters={
                "max_iter": 100,
                "max_leaf_nodes": 8,
                "learning_rate": 0.08,
                "l2_regularization": 50.0,
                "min_samples_leaf": 400,
                "max_features": 0.2,
                "monotonic_cst": monotonic(),
                "random_state": 7,
            },
        ),
    ),
    baselines=(
        Baseline("prior rate", kind="prior"),
        Baseline("carrier × hour rate", kind="mean", keys=("carrier", "hour")),
        Baseline("logistic regression", kind="linear"),
    ),
    fit_rows=FitRows(maximum=60_000, fold_maximum=25_000, half_life_days=120),
    gates=GateRules(too_good={"roc_auc": 0.85}),
    event_time="sched_dep",
    example={
        "sched_dep": "2013-04-01T17:15",
        "carrier": "UA",
        "flight": 1545,
        "origin": "EWR",
        "dest": "IAH",
        "distance": 1400,
        "block_minutes": 239,
        "plane_year": 2004,
        "seats": 149,
    },
    slices=("origin", "carrier"),
    expectations=EXPECTATIONS,
)
