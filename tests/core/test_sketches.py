from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumulet.core.sketches import FeatureSketch, InputSketch, Reference

NUMBERS = FeatureSketch.learn(np.arange(100.0))
TEXTS = FeatureSketch.learn(np.array(["AA", "UA", None], object))
numbers = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=20).map(lambda v: np.array(v, np.float64))
texts = st.lists(st.sampled_from(["AA", "UA", "ZZ", None]), max_size=20).map(lambda v: np.array(v, object))


@given(numbers, numbers, numbers)
def test_sketches_of_parts_add_up_to_the_sketch_of_the_whole(a, b, c):
    whole = NUMBERS.count(np.concatenate([a, b, c]))
    assert NUMBERS.count(a).merge(NUMBERS.count(b)).merge(NUMBERS.count(c)) == whole
    assert NUMBERS.count(c).merge(NUMBERS.count(b).merge(NUMBERS.count(a))) == whole
    assert whole.total == len(a) + len(b) + len(c)


@given(texts, texts)
def test_every_text_is_counted_once(a, b):
    whole = TEXTS.count(np.concatenate([a, b]))
    assert TEXTS.count(a).merge(TEXTS.count(b)) == whole
    assert whole.missing == sum(v is None for v in [*a, *b])
    assert whole.unseen == sum(v == "ZZ" for v in [*a, *b])


def test_numbers_are_binned_by_deciles_of_training():
    assert len(NUMBERS.edges) == 9
    assert NUMBERS.shares[:10] == pytest.approx(np.full(10, 0.1), abs=0.011)
    assert NUMBERS.shares.sum() == pytest.approx(1)


def test_a_constant_column_has_bins_on_either_side_of_its_value():
    constant = FeatureSketch.learn(np.full(5, 3.0))
    assert constant.counts == (0, 5)
    assert constant.count(np.array([2.0])).counts == (1, 0)


def test_identifiers_and_times_are_not_sketched():
    columns = {"id": np.array([f"f{i}" for i in range(201)], object), "at": np.zeros(201, "datetime64[m]")}
    assert InputSketch.learn(columns).features == {}


def test_sketches_of_two_models_do_not_merge():
    with pytest.raises(ValueError, match="different bins"):
        NUMBERS.merge(FeatureSketch.learn(np.arange(50.0)))


def test_json_reads_back_equal_and_does_not_depend_on_the_order_of_columns():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=50), np.array(["x", None] * 25, object)
    first, second = InputSketch.learn({"a": a, "b": b}), InputSketch.learn({"b": b, "a": a})
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())
    reference = Reference(inputs=first, predictions=NUMBERS)
    assert Reference.from_json(json.loads(json.dumps(reference.to_json()))) == reference
