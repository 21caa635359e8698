from __future__ import annotations

import numpy as np

from cumulet.sources.dealing import dealt_out, hashes

FIRST, AFTER = np.datetime64("2015-01-01"), np.datetime64("2015-01-04")


def test_rows_are_dealt_out_evenly_in_the_order_of_their_numbers():
    found = dealt_out(np.array([5, 1, 4, 2, 3, 0]), FIRST, AFTER)
    assert (found - FIRST).astype(int).tolist() == [2, 0, 2, 1, 1, 0]


def test_equal_numbers_keep_the_order_of_the_rows():
    assert (dealt_out(np.zeros(3), FIRST, AFTER) - FIRST).astype(int).tolist() == [0, 1, 2]


def test_a_year_is_the_days_that_it_has_and_no_rows_get_no_days():
    assert dealt_out(np.arange(366), np.datetime64("2016"), np.datetime64("2017"))[-1] == np.datetime64("2016-12-31")
    assert len(dealt_out(np.zeros(0), FIRST, AFTER)) == 0


def test_a_hash_is_the_id_s_alone():
    assert hashes(["a", "b"]).tolist() == hashes(["b", "a"]).tolist()[::-1]
    assert hashes(["a"]).dtype == np.int64
