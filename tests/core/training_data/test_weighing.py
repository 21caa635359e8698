from __future__ import annotations

import numpy as np
import pytest

from cumulet.core.training_data.weighing import Weighing, by_age, by_class, together, toward_latest, weighed
from cumulet.core.training_data.weights import effective_size

Y = np.repeat([0.0, 1.0], [80, 20])
COLUMNS = {"at": np.datetime64("2013-01-01T00:00") + np.arange(100) * np.timedelta64(1, "D")}


def test_a_row_a_half_life_older_counts_half():
    weights = by_age("at", 10).of(COLUMNS, Y)
    assert weights[50] / weights[60] == pytest.approx(0.5)
    assert weights.mean() == pytest.approx(1)


def test_several_weighings_multiply_and_are_clipped_together():
    weights = together(by_class(), by_age("at", 10), limit=6).of(COLUMNS, Y)
    assert weights[81] / weights[79] == pytest.approx(4 * 2**0.2)
    assert weights.max() == weights[99] == weights[98]
    assert weights.mean() == pytest.approx(1)


def flights_that_move_to_jfk() -> dict[str, np.ndarray]:
    """90 days of 40 flights; in the last ten three of four go from JFK, before that one of four."""
    rng = np.random.default_rng(3)
    day = np.repeat(np.arange(90), 40)
    jfk = rng.random(3_600) < np.where(day >= 80, 0.75, 0.25)
    return {
        "at": np.datetime64("2013-01-01T06:00") + day * np.timedelta64(1, "D"),
        "origin": np.where(jfk, "JFK", "EWR").astype(object),
        "seats": rng.normal(150, 20, 3_600),
    }


def test_importance_weights_make_all_rows_look_like_the_last_days():
    columns = flights_that_move_to_jfk()
    weights = toward_latest("at", 10, ("origin", "seats")).of(columns, np.zeros(3_600))
    share = float(np.average(columns["origin"] == "JFK", weights=weights))
    assert (columns["origin"] == "JFK").mean() < 0.35
    assert share == pytest.approx((columns["origin"][-400:] == "JFK").mean(), abs=0.02)


def test_where_nothing_moved_importance_weights_leave_rows_their_worth():
    columns = flights_that_move_to_jfk()
    weights = toward_latest("at", 10, ("seats",)).of(columns, np.zeros(3_600))
    assert effective_size(weights) > 0.99 * 3_600


def test_a_weighing_says_in_words_what_it_does():
    both = together(by_class({1.0: 2.0}), by_age("at", 60))
    assert both.words == "class 1: 2; times half as much every 60 days back"
    assert toward_latest("at", 14, ("origin", "seats")).words == "until origin, seats look like the last 14 days"


def test_no_declaration_is_no_weights_and_a_wrong_one_is_refused():
    assert weighed(None, COLUMNS, Y) is None
    assert weighed(by_class(), COLUMNS, Y).mean() == pytest.approx(1)
    for wrong, why in (
        (Weighing("too few", lambda columns, y: np.ones(3)), "one weight per row"),
        (Weighing("nothing", lambda columns, y: np.full(len(y), np.nan)), "finite"),
        (by_class("upsampled"), "give 'balanced' or a weight per class"),
        (by_age("departure", 10), "no column departure to weigh by; there are at"),
        (toward_latest("at", 10, ("origin",)), "no column origin"),
        ("balanced", "is no weighing: give by_class"),
    ):
        with pytest.raises(ValueError, match=why):
            weighed(wrong, COLUMNS, Y)
