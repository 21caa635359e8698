from __future__ import annotations

from cumulet.contracts import lake as keys
from cumulet.offline.differences import raw_of
from tests.offline.conftest import DAYS
from usecases import load


def test_every_partition_names_the_raw_file_that_it_is_made_from():
    use_case = load("flights")
    assert raw_of(use_case, keys.labels("flights", DAYS[0])) == keys.raw("flights", DAYS[0], "outcomes")
    assert raw_of(use_case, keys.curated("flights_weather", DAYS[0])) == keys.raw("flights", DAYS[0], "weather")
