from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.active import ask, entropy, margin

P = np.array([[0.9, 0.05, 0.05], [0.45, 0.45, 0.1], [1 / 3, 1 / 3, 1 / 3], [1.0, 0.0, 0.0]])


def test_entropy_is_highest_for_the_clueless_and_margin_for_a_tie():
    assert entropy(P)[[2, 3]] == pytest.approx([1, 0])
    assert margin(P) == pytest.approx([0.15, 1, 1, 0])
    assert entropy(P)[1] < entropy(P)[2]


def clusters():
    rng = np.random.default_rng(0)
    matrix = np.concatenate([rng.normal(centre, 0.05, (100, 2)) for centre in ((0, 0), (4, 0), (0, 4), (4, 4))])
    uncertainty = np.repeat([1.0, 0.9, 0.85, 0.1], 100) + rng.uniform(0, 0.01, 400)
    return uncertainty, matrix


def test_what_is_asked_is_uncertain_and_of_every_uncertain_kind():
    uncertainty, matrix = clusters()
    kinds = np.bincount(ask(uncertainty, matrix, 60) // 100, minlength=4)
    assert kinds[3] == 0
    assert kinds[:3].min() >= 10


def test_by_uncertainty_alone_one_kind_is_asked():
    uncertainty, matrix = clusters()
    assert (ask(uncertainty, matrix, 60, wider=1) < 100).all()


def test_no_row_is_asked_twice_not_even_where_all_are_alike():
    picked = ask(np.ones(50), np.zeros((50, 2)), 20)
    assert len(set(picked.tolist())) == 20


def test_of_fewer_rows_than_asked_for_all_are_given_the_most_uncertain_first():
    assert ask(np.array([0.1, 0.9, 0.5]), np.zeros((3, 1)), 10).tolist() == [1, 2, 0]
