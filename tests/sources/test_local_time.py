from __future__ import annotations

import numpy as np

from cumulet.sources.local_time import to_utc


def test_the_hour_that_does_not_exist_is_its_end_and_the_one_that_comes_twice_is_its_first():
    local = np.array(["2013-03-10T02:30", "2013-03-10T03:00", "2013-11-03T01:30"], dtype="datetime64[m]")
    expected = ["2013-03-10T07:00", "2013-03-10T07:00", "2013-11-03T05:30"]
    assert to_utc(local, "America/New_York").astype(str).tolist() == expected
