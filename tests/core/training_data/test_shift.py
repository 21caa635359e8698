from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cumulet.core.sketches import InputSketch
from cumulet.core.training_data.encoding import Encoding, opaque
from cumulet.core.training_data.logistic import Logistic
from cumulet.core.training_data.shift import by_classifier, by_sketches
from cumulet.core.training_data.weights import effective_size


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_the_logistic_regression_is_scikit_learns(rng):
    matrix = rng.normal(size=(2_000, 4))
    y = (rng.random(2_000) < 1 / (1 + np.exp(-(matrix @ [1.0, -2.0, 0.5, 0.0] + 0.3)))).astype(float)
    own, theirs = Logistic.fit(matrix, y, 2.0), LogisticRegression(C=0.5, tol=1e-10).fit(matrix, y)
    assert own.coefficients == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert own.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)


def test_classes_that_can_be_told_apart_perfectly_still_give_finite_weights(rng):
    weights = by_classifier(rng.normal(size=(300, 2)), rng.normal(loc=50, size=(300, 2)))
    assert np.isfinite(weights).all()
    assert weights.mean() == pytest.approx(1)


def test_the_classifier_finds_the_ratio_of_two_normal_densities(rng):
    source, target = rng.normal(size=(20_000, 1)), rng.normal(loc=0.8, size=(20_000, 1))
    weights = by_classifier(source, target)
    truth = np.exp(0.8 * source[:, 0] - 0.32)
    assert np.corrcoef(np.log(weights), np.log(truth))[0, 1] > 0.999
    assert np.average(source[:, 0], weights=weights) == pytest.approx(0.8, abs=0.05)


def test_without_a_shift_nearly_every_row_keeps_its_worth(rng):
    weights = by_classifier(rng.normal(size=(5_000, 5)), rng.normal(size=(5_000, 5)))
    assert effective_size(weights) > 0.98 * 5_000


def columns(rng, n, shift):
    place = np.where(rng.random(n) < 0.3 + shift, "EWR", "JFK").astype(object)
    place[:5] = None
    return {"distance": rng.normal(1000 + 300 * shift, 200, n), "place": place}


def test_sketches_bring_every_column_to_the_target_shares(rng):
    train, later = columns(rng, 8_000, 0.0), columns(rng, 8_000, 0.4)
    target = InputSketch.learn(train).count(later)
    weights = by_sketches(train, target)
    for name, sketch in target.features.items():
        assert weighted_shares(train[name], weights, sketch) == pytest.approx(sketch.shares, abs=2e-3)
    assert effective_size(weights) < 0.7 * 8_000


def weighted_shares(column, weights, sketch):
    each = [sketch.count(column[n : n + 1]).shares for n in range(len(column))]
    return np.average(each, axis=0, weights=weights)


def test_a_value_that_the_training_rows_do_not_have_cannot_be_made_up_and_does_no_harm(rng):
    train, later = columns(rng, 2_000, 0.0), columns(rng, 2_000, 0.0)
    later["place"][:1_000] = "LGA"
    weights = by_sketches(train, InputSketch.learn(train).count(later))
    assert np.isfinite(weights).all()
    assert effective_size(weights) > 0.9 * 2_000


def test_an_encoding_is_finite_and_knows_hours_but_not_dates():
    table = {
        "n": np.array([1.0, np.nan, 3.0]),
        "t": np.array(["a", None, "b"], object),
        "at": np.array(["2013-01-01T06:00", "2014-05-01T06:00", "NaT"], "datetime64[m]"),
        "day": np.array(["2013-01-01", "2014-05-01", "2013-01-01"], "datetime64[D]"),
    }
    matrix = Encoding.learn(table, list(table)).matrix(table)
    assert np.isfinite(matrix).all()
    assert matrix.shape == (3, 2 + 2 + 2)
    assert matrix[0, 4:] == pytest.approx(matrix[1, 4:])
    assert matrix[1, :4].tolist() == [0, 1, 0, 0]


def test_a_text_of_which_every_row_has_its_own_says_nothing_and_a_code_does(rng):
    table = {
        "picture": np.array([f"{n:05}" for n in range(400)], object),
        "code": np.array([f"{n % 60}" for n in range(400)], object),
    }
    assert opaque(table, list(table)) == ["picture"]
    assert Encoding.learn(table, list(table)).matrix(table).shape == (400, 50)
    few = {name: column[:40] for name, column in table.items()}
    assert opaque(few, list(few)) == []
