"""Digits: which digit is written on this form? Several classes, a small network, no calendar."""

from __future__ import annotations

from cumulet.core.tasks import MultiClass
from cumulet.core.usecase import Baseline, Candidate, GateRules, Label, UseCase
from usecases.digits.example import seven
from usecases.digits.schema import CLASSES, CUT_OFF, OUTCOMES, RECORDS, digit
from usecases.digits.transform import FEATURE_NAMES, fit_state, height, ink, transform, width

USE_CASE = UseCase(
    name="digits",
    title="Digits on forms",
    description="Which digit is written in this picture? Read where the form is scanned, or in the night after.",
    task=MultiClass(CLASSES, wrong=1.0, refer=0.2),
    schema=RECORDS,
    outcomes=OUTCOMES,
    label=Label("digit", "the digit that a person reads", of=digit),
    cut_off=CUT_OFF,
    watched={"ink": ink, "width": width, "height": height},
    fit_state=fit_state,
    transform=transform,
    feature_names=FEATURE_NAMES,
    candidates=(
        Candidate(
            "convolutional network",
            algorithm="usecases.digits.network.ConvNet",
            parameters={"epochs": 6, "copies": 4, "seed": 7},
            int8=True,
        ),
    ),
    baselines=(
        Baseline("shares of the digits", kind="prior"),
        Baseline("logistic regression", kind="linear"),
    ),
    gates=GateRules(metric="accuracy", max_drop={"accuracy": 0.01}, max_bytes=120_000),
    event_time="scanned",
    example={"image": seven()},
)
