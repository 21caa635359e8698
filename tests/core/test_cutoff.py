from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from cumulet.core.cutoff import CutOff

NEW_YORK = CutOff(3, "America/New_York")


def test_the_cut_off_follows_the_clocks_of_its_zone():
    assert NEW_YORK.at(date(2013, 3, 9)) == datetime(2013, 3, 9, 8, tzinfo=UTC)
    assert NEW_YORK.at(date(2013, 3, 10)) == datetime(2013, 3, 10, 7, tzinfo=UTC)
    assert NEW_YORK.at(date(2013, 11, 3)) == datetime(2013, 11, 3, 8, tzinfo=UTC)


def test_what_is_known_at_the_cut_off_itself_belongs_to_that_night():
    cut_off = NEW_YORK.at(date(2013, 3, 10))
    assert NEW_YORK.night_of(cut_off) == date(2013, 3, 10)
    assert NEW_YORK.night_of(cut_off + timedelta(seconds=1)) == date(2013, 3, 11)
    assert NEW_YORK.night_of(datetime(2013, 3, 10, 4, 59, tzinfo=UTC)) == date(2013, 3, 10)


def test_a_column_of_moments_gets_the_same_nights_one_by_one():
    start = np.datetime64("2013-03-08T00:00:00")
    moments = start + np.arange(0, 5 * 86_400, 1_799) * np.timedelta64(1, "s")
    expected = [NEW_YORK.night_of(moment.replace(tzinfo=UTC)) for moment in moments.tolist()]
    assert NEW_YORK.nights_of(moments).tolist() == expected
    assert NEW_YORK.nights_of(moments[:0]).tolist() == []
