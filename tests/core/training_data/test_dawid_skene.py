from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.dawid_skene import dawid_skene
from cumulet.core.training_data.labelling import (
    ABSTAIN,
    Labelling,
    LabellingFunction,
    majority,
    summaries,
    vote_where,
)


def voters(truth, accuracies, rng, classes, asked=1.0):
    right = rng.random((len(truth), len(accuracies))) < accuracies
    wrong = (truth[:, None] + rng.integers(1, classes, right.shape)) % classes
    votes = np.where(right, truth[:, None], wrong)
    return np.where(rng.random(votes.shape) < asked, votes, ABSTAIN)


def accuracy(posterior, truth):
    return float((posterior.argmax(axis=1) == truth).mean())


@pytest.mark.parametrize("classes", [2, 4])
def test_unequal_voters_are_known_apart_and_together_beat_the_majority(classes):
    rng = np.random.default_rng(0)
    truth = rng.integers(0, classes, 3_000)
    accuracies = np.array([0.95, 0.9, 0.45, 0.45, 0.45])
    votes = voters(truth, accuracies, rng, classes, asked=0.8)
    found = dawid_skene(votes, classes)
    assert found.converged
    assert found.accuracy == pytest.approx(accuracies, abs=0.03)
    assert accuracy(found.posterior, truth) > accuracy(majority(votes, classes), truth) + 0.05


def test_equal_voters_are_worth_their_majority():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 3_000)
    votes = voters(truth, np.full(5, 0.75), rng, 2)
    both = accuracy(dawid_skene(votes, 2).posterior, truth), accuracy(majority(votes, 2), truth)
    assert both[0] == pytest.approx(both[1], abs=0.01)


def test_the_posterior_is_calibrated_where_voters_err_independently():
    rng = np.random.default_rng(2)
    truth = (rng.random(20_000) < 0.3).astype(int)
    p = dawid_skene(voters(truth, np.array([0.85, 0.8, 0.75, 0.7, 0.65]), rng, 2), 2).posterior[:, 1]
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        rows = (p >= low) & (p < low + 0.2)
        if rows.sum() > 300:
            assert truth[rows].mean() == pytest.approx(p[rows].mean(), abs=0.05)


def test_the_likelihood_of_an_adversary_is_turned_round():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 2_000)
    found = dawid_skene(voters(truth, np.array([0.85, 0.85, 0.85, 0.1]), rng, 2), 2)
    assert found.accuracy[3] == pytest.approx(0.1, abs=0.03)
    assert accuracy(found.posterior, truth) > 0.95


def test_rules_that_know_one_class_only_are_judged_by_when_they_speak():
    rng = np.random.default_rng(4)
    truth = (rng.random(6_000) < 0.3).astype(int)

    def speaks(for_class, other):
        return rng.random(6_000) < np.where(truth == 1, for_class, other)

    votes = np.column_stack([vote_where(speaks(h, o), v) for h, o, v in ((0.6, 0.1, 1), (0.5, 0.05, 1), (0.1, 0.6, 0))])
    found = dawid_skene(votes, 2, abstaining_tells=True)
    silent = (votes == ABSTAIN).all(axis=1)
    assert accuracy(found.posterior, truth) > 0.85
    assert found.posterior[silent, 1].mean() == pytest.approx(truth[silent].mean(), abs=0.06)


def test_a_row_without_votes_has_the_rates_and_a_voter_without_votes_no_accuracy():
    votes = np.array([[0, ABSTAIN], [0, ABSTAIN], [1, ABSTAIN], [ABSTAIN, ABSTAIN]])
    found = dawid_skene(votes, 2)
    assert np.isnan(found.accuracy).tolist() == [False, True]
    assert found.posterior[3] == pytest.approx(found.prior, abs=0.05)
    assert found.posterior.sum(axis=1) == pytest.approx(1)


def test_nobody_voting_is_refused():
    with pytest.raises(ValueError, match="nobody votes"):
        dawid_skene(np.full((3, 2), ABSTAIN), 2)


def test_summaries_count_coverage_overlap_and_conflict():
    votes = np.array([[1, 1, -1], [1, 0, -1], [-1, 0, -1], [1, -1, -1]])
    first, second, third = summaries(["a", "b", "c"], votes)
    assert (first.coverage, first.overlap, first.conflict) == (0.75, 0.5, 0.25)
    assert (second.coverage, second.overlap, second.conflict) == (0.75, 0.5, 0.25)
    assert (third.coverage, third.votes) == (0.0, ())
    assert second.votes == (0, 1)


def test_a_majority_of_none_is_no_opinion():
    assert majority(np.array([[1, 1, 0], [-1, -1, -1]]), 2).tolist() == [[1 / 3, 2 / 3], [0.5, 0.5]]


@pytest.mark.parametrize("votes", [[0, 2], [0.5, 1], [1]])
def test_votes_that_are_not_classes_are_refused_with_the_function_s_name(votes):
    labelling = Labelling(("no", "yes"), (LabellingFunction("odd", "", lambda columns: np.array(votes)),))
    with pytest.raises(ValueError, match="labelling function odd"):
        labelling.apply({}, 2)
