from __future__ import annotations

import numpy as np

from cumulet.sources.local_time import every_hour, to_utc


def test_the_hour_that_does_not_exist_is_its_end_and_the_one_that_comes_twice_is_its_first():
    local = np.array(["2013-03-10T02:30", "2013-03-10T03:00", "2013-11-03T01:30"], dtype="datetime64[m]")
    expected = ["2013-03-10T07:00", "2013-03-10T07:00", "2013-11-03T05:30"]
    assert to_utc(local, "America/New_York").astype(str).tolist() == expected


def test_every_hour_of_some_days_is_there_but_for_those_that_the_clocks_skip():
    first, last = np.datetime64("2011-03-12"), np.datetime64("2011-03-14")
    found = every_hour(first, last, "America/New_York")
    assert len(found) == 71
    assert set(np.arange("2011-03-12T00", "2011-03-15T00", dtype="datetime64[h]")) - set(found) == {
        np.datetime64("2011-03-13T02")
    }
    assert len(every_hour(np.datetime64("2011-11-06"), np.datetime64("2011-11-06"), "America/New_York")) == 24
