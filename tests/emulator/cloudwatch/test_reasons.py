from __future__ import annotations

import pytest

from emulator.cloudwatch.alarms import Point
from emulator.cloudwatch.evaluation import State
from emulator.cloudwatch.reasons import reason


@pytest.mark.parametrize(
    ("treatment", "filled", "said"),
    [
        ("notBreaching", 1, "for 1 period and 1 missing datapoint was treated as [NonBreaching]."),
        ("notBreaching", 3, "for 3 periods and 3 missing datapoints were treated as [NonBreaching]."),
        ("breaching", 3, "for 3 periods and 3 missing datapoints were treated as [Breaching]."),
    ],
)
def test_missing_datapoints_are_named_with_their_treatment_in_awss_words(
    treatment: str, filled: int, said: str
) -> None:
    alarm = {
        "EvaluationPeriods": 3,
        "TreatMissingData": treatment,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 1.0,
    }
    state = State.ALARM if treatment == "breaching" else State.OK
    assert reason(alarm, state, [Point(0, 0, None)], filled) == f"Threshold Crossed: no datapoints were received {said}"
