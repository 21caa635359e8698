"""The table of nights: what a kind of use case has, in one order, whatever the first night lacks."""

from __future__ import annotations

from datetime import date

import pytest

from cumulet.adapters.nights import Night
from cumulet.cli.nights import columns_of, night_row

COUNTS = {"Records": 24.0, "Predictions": 24.0, "PredictionMean": 0.5}
MEASURED = {"CalibrationGap": 0.1, "Skill": 0.2, "PredictionDrift": 0.3}


@pytest.mark.parametrize(("metric", "column"), [("RocAuc", "AUC"), ("Accuracy", "accuracy"), ("Wape", "WAPE")])
def test_the_figure_of_a_task_is_a_column_although_the_first_nights_have_no_labels(metric: str, column: str) -> None:
    nights = [COUNTS, {**COUNTS, **MEASURED, metric: 0.7}]
    rows = [night_row(Night(date(2024, 4, 1 + n), metrics, 0.0)) for n, metrics in enumerate(nights)]
    start, end = ["date", "records", "scored", "mean p", "mean y", "gap", "skill"], ["drift", "set off"]
    assert columns_of(rows) == [*start, column, *end]
    assert rows[1][column] == 0.7


def test_nights_without_any_figure_of_performance_have_no_column_of_their_task() -> None:
    assert not {"AUC", "accuracy", "WAPE"} & set(columns_of([night_row(Night(date(2024, 4, 1), COUNTS, 0.0))]))
