"""Bikes: how many bikes will be rented in each hour of the day that begins? Asked at midnight."""

from __future__ import annotations

from cumulet.core.tasks import Regression
from cumulet.core.usecase import Baseline, Candidate, GateRules, Label, UseCase
from usecases.bikes.context import CONTEXT
from usecases.bikes.schema import CUT_OFF, OUTCOMES, RECORDS, WEATHER, rentals
from usecases.bikes.transform import EXPOSURE, FEATURE_NAMES, fit_state, transform

USE_CASE = UseCase(
    name="bikes",
    title="Bikes rented in Washington",
    description="How many bikes will be rented in this hour? Forecast at midnight for the hours of the day.",
    task=Regression(unit="rentals"),
    schema=RECORDS,
    side_tables={"weather": WEATHER},
    outcomes=OUTCOMES,
    label=Label("rentals", "bikes rented in the hour", of=rentals, keep=("hour", "weekday", "workday")),
    cut_off=CUT_OFF,
    label_lag_days=1,
    context=CONTEXT,
    fit_state=fit_state,
    transform=transform,
    feature_names=FEATURE_NAMES,
    candidates=(
        Candidate(
            "hist_gradient_boosting",
            algorithm="HistGradientBoostingRegressor",
            parameters={
                "loss": "absolute_error",
                "max_iter": 100,
                "max_leaf_nodes": 15,
                "learning_rate": 0.1,
                "min_samples_leaf": 40,
                "max_features": 0.3,
                "random_state": 7,
            },
            exposure=EXPOSURE,
        ),
    ),
    baselines=(
        Baseline("mean", kind="prior"),
        Baseline("workday × hour mean", kind="mean", keys=("workday", "hour")),
        Baseline("last week's same hour", kind="column", keys=("rentals_weekday_hour_7",)),
        Baseline("ridge regression", kind="linear"),
    ),
    gates=GateRules(max_parity=1e-4),
    event_time="at",
    example={"at": "2011-07-01T17:00", "free_day": "no"},
    slices=("workday", "hour"),
)
