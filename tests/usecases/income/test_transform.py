from __future__ import annotations

import json

import numpy as np
import pytest

from cumulet.core import context
from cumulet.core.schema import select
from training.snapshot import labels_of
from usecases.income import USE_CASE
from usecases.income.transform import FEATURE_NAMES, RATES, transform


@pytest.fixture(scope="module")
def people(january):
    """A month's answers as the snapshot has them, and their labels, NaN where none is known yet."""
    records, labels = january
    columns = context.features(USE_CASE, records, labels, {})
    return columns, labels_of(columns, labels)


def feature(matrix, name):
    return matrix[:, FEATURE_NAMES.index(name)]


def test_the_matrix_is_float32_with_a_column_per_feature(people):
    columns, y = people
    matrix = transform(columns, RATES.fit_state(columns, y))
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(y), len(FEATURE_NAMES))
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    assert np.isfinite(matrix).all()


def test_one_record_is_a_batch_of_one_to_the_last_bit(people):
    columns, y = people
    state = json.loads(json.dumps(RATES.fit_state(columns, y)))
    matrix = transform(columns, state)
    for n in range(0, len(y), 97):
        assert transform(select(columns, slice(n, n + 1)), state).tobytes() == matrix[n].tobytes()


def test_no_records_give_an_empty_matrix(people):
    columns, y = people
    assert transform(select(columns, slice(0, 0)), RATES.fit_state(columns, y)).shape == (0, len(FEATURE_NAMES))


def test_a_category_never_seen_gets_the_overall_rate(people):
    columns, y = people
    state = RATES.fit_state(columns, y)
    stranger = {**select(columns, slice(0, 1)), "relation": np.array(["cousin"], object)}
    assert feature(transform(stranger, state), "relation_rate") == np.float32(state["prior"])


def test_the_state_counts_labelled_rows_only_and_shrinks_to_their_rate(people):
    columns, y = people
    assert 0.02 < np.isnan(y).mean() < 0.3
    state = RATES.fit_state(columns, y)
    assert state["prior"] == pytest.approx(np.nanmean(y))
    widowed = y[columns["marital_status"] == "widowed"]
    n, working = np.isfinite(widowed).sum(), np.nansum(widowed)
    expected = (working + RATES.strength * state["prior"]) / (n + RATES.strength)
    assert state["rates"]["marital_status"]["widowed"] == pytest.approx(expected)


def test_flags_and_numbers_are_what_the_answer_says(people):
    columns, y = people
    matrix = transform(columns, RATES.fit_state(columns, y))
    assert feature(matrix, "age").tolist() == columns["age"].tolist()
    assert feature(matrix, "disability").tolist() == (columns["disability"] == "yes").tolist()
    assert feature(matrix, "sex").tolist() == (columns["sex"] == "male").tolist()
    assert 0 < feature(matrix, "disability").mean() < 0.3


def test_nothing_that_becomes_known_changes_what_the_model_sees(january):
    records, labels = january
    before = context.features(USE_CASE, records, labels, {})
    after = context.features(USE_CASE, records, {**labels, "label": 1 - labels["label"]}, {})
    for name in before:
        assert before[name].tolist() == after[name].tolist(), name
