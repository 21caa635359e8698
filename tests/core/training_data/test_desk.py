"""The labelling desk on made-up trips whose truth is known: what is asked, voted and suspected."""

from __future__ import annotations

import numpy as np
import pytest

from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Columns, Field, Schema, rows
from cumulet.core.training_data import desk
from cumulet.core.training_data.active import entropy, margin
from cumulet.core.training_data.cross_fit import cross_fitted
from cumulet.core.training_data.draws import draws
from cumulet.core.training_data.labelling import (
    ABSTAIN,
    Labelling,
    LabellingFunction,
    Votes,
    vote_between,
    vote_where,
)

TRIPS = Schema("trips", (Field("id", "string", "name"), Field("km", "number", "far", nullable=True)), ("id",))
LABELLING = Labelling(
    ("short", "long"),
    (
        LabellingFunction("far", "", lambda c: vote_where(c["km"] > 60, 1)),
        LabellingFunction("near", "", lambda c: vote_where(c["km"] < 40, 0)),
        LabellingFunction("guess", "", lambda c: (c["luck"] > 0.5).astype(int)),
    ),
)


@pytest.fixture
def trips() -> Columns:
    rng = np.random.default_rng(0)
    km = rng.uniform(0, 100, 3_000)
    label = (km + rng.normal(0, 5, 3_000) > 50).astype(float)
    return {
        "id": np.array([f"t{n}" for n in range(3_000)], object),
        "km": km,
        "luck": rng.random(3_000),
        "label": label,
    }


NOTHING = np.full(3_000, np.nan)


def test_functions_are_judged_by_their_votes_and_by_the_truth(trips):
    found = desk.voted(LABELLING, trips)
    far, near, guess = desk.functions(LABELLING, found, trips["label"])
    assert far["votes for"] == "long"
    assert far["coverage"] == pytest.approx(0.4, abs=0.03)
    assert far["true"] > 0.95
    assert guess["true"] == pytest.approx(0.5, abs=0.03)
    assert guess["accuracy, estimated"] < min(far["accuracy, estimated"], near["accuracy, estimated"])
    majority, consensus = desk.judged(found, trips["label"])
    assert consensus["accuracy"] > majority["accuracy"] + 0.1
    assert desk.judged(found, NOTHING) == []


def test_weak_labels_are_probabilities_with_their_votes(trips):
    table = desk.weak_labels(LABELLING, trips, desk.voted(LABELLING, trips))
    assert len(table) == 3_000
    assert table[0]["p short"] + table[0]["p long"] == pytest.approx(1, abs=1e-5)
    assert {row["far"] for row in table} == {"", "long"}


def test_questions_are_where_the_nights_predictions_are_unsure(trips):
    said = 1 / (1 + np.exp(-(trips["km"] - 50) / 5))
    positions, source = desk.chosen(LABELLING, trips, said, entropy, 30)
    assert source == desk.MODEL
    assert np.abs(trips["km"][positions] - 50).max() < 10
    asked = desk.asked(TRIPS, trips, positions)
    assert asked[0] == {"id": trips["id"][positions[0]], "label": "", "km": trips["km"][positions[0]]}


def test_without_predictions_the_rules_say_what_is_unsure_and_without_rules_chance(trips):
    _, source = desk.chosen(LABELLING, trips, NOTHING, entropy, 30)
    assert source == desk.RULES
    positions, source = desk.chosen(Labelling(("a", "b")), trips, NOTHING, entropy, 30)
    assert source == desk.NOBODY
    assert len(set(positions.tolist())) == 30


@pytest.mark.parametrize("nights", [False, True])
def test_turned_labels_are_suspected_with_and_without_predictions_of_the_nights(trips, nights):
    turned = np.random.default_rng(1).random(3_000) < 0.05
    trips = {**trips, "label": np.where(turned, 1 - trips["label"], trips["label"])}
    said = 1 / (1 + np.exp(-(trips["km"] - 50) / 5)) if nights else NOTHING
    found, source = desk.suspicious(LABELLING, trips, said)
    assert source == (desk.MODEL if nights else desk.CROSS_FIT)
    assert turned[found.suspects[:50]].mean() > 0.95
    row = desk.suspects(LABELLING, TRIPS, trips, found, 5)[0]
    assert (row["label"], {row["given"], row["rather"]}) == ("", {"short", "long"})
    assert row["sure"] > 0.8


KINDS = Labelling(("short", "middle", "long"))


def of_three(trips: Columns) -> tuple[Columns, np.ndarray]:
    """The trips as three classes, and a model's probabilities of them (n, 3)."""
    truth = np.digitize(trips["km"], [30, 70])
    odds = np.exp(-np.abs(trips["km"][:, None] - np.array([15, 50, 85])) / 5)
    return {**trips, "label": truth.astype(float)}, odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("uncertainty", [entropy, margin])
def test_of_three_classes_what_lies_between_two_is_asked(trips, uncertainty):
    trips, said = of_three(trips)
    positions, source = desk.chosen(KINDS, trips, said, uncertainty, 30)
    assert source == desk.MODEL
    asked = trips["km"][positions]
    borders = np.abs(asked[:, None] - np.array([32.5, 67.5])).min(axis=1)
    assert borders.max() < 8
    assert {bool(km < 50) for km in asked} == {True, False}


@pytest.mark.parametrize("nights", [False, True])
def test_of_three_classes_wrong_labels_are_suspected_with_the_better_one(trips, nights):
    trips, said = of_three(trips)
    truth = trips["label"]
    turned = np.random.default_rng(1).random(3_000) < 0.05
    trips = {**trips, "label": np.where(turned, (truth + 1) % 3, truth)}
    said[::7] = np.nan
    found, source = desk.suspicious(KINDS, trips, said if nights else np.full((3_000, 3), np.nan))
    assert source == (desk.MODEL if nights else desk.CROSS_FIT)
    first = found.suspects[:40]
    assert turned[first].mean() > 0.9
    right = found.errors.better[:40] == truth[first]
    assert right[turned[first]].mean() > 0.9


def test_a_cross_fit_never_sees_the_row_that_it_judges():
    rng = np.random.default_rng(2)
    matrix, labels = rng.normal(size=(400, 100)), rng.integers(0, 3, 400)
    ids = [str(n) for n in range(400)]
    p = cross_fitted(matrix, labels, 3, draws(ids))
    assert p.sum(axis=1) == pytest.approx(1)
    assert (p.argmax(axis=1) == labels).mean() < 0.45


def test_a_cross_fit_of_one_class_is_sure_of_it():
    p = cross_fitted(np.zeros((50, 1)), np.ones(50, np.int64), 2, draws([str(n) for n in range(50)]))
    assert p[:, 1].min() > 0.99
    assert rows({"p": p}) == 50


def test_a_function_is_a_rule_by_its_name_and_docstring() -> None:
    def far(columns: Columns) -> Votes:
        """More than an hour away."""
        return vote_between(columns["km"], 40, 60, (0, 1))

    rule = LabellingFunction.of(far)
    assert (rule.name, rule.description) == ("far", "More than an hour away")
    assert rule.votes({"km": np.array([39.0, 40.0, 60.0, np.nan])}).tolist() == [0, ABSTAIN, 1, ABSTAIN]


def of_pictures(trips: Columns) -> Columns:
    """The trips as somebody drew them: every drawing is another text."""
    return {"id": trips["id"], "label": trips["label"], "drawn": np.array([f"{km:.12f}" for km in trips["km"]], object)}


def test_pictures_are_judged_by_the_nights_models_alone(trips):
    drawn, said = of_pictures(trips), 1 / (1 + np.exp(-(trips["km"] - 50) / 5))
    assert desk.suspicious(LABELLING, drawn, said)[1] == desk.MODEL
    assert desk.chosen(LABELLING, drawn, said, entropy, 5)[1] == desk.MODEL
    with pytest.raises(NotFoundError, match=r"drawn: only the model can judge by it.*whose nights were run"):
        desk.suspicious(LABELLING, drawn, NOTHING)
