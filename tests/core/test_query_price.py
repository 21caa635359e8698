from __future__ import annotations

import pytest

from cumulet.core.query_price import query_price


@pytest.mark.parametrize(
    ("scanned", "dollars"), [(0, 0.00005), (10**7, 0.00005), (10_000_001, 0.000055), (10**10, 0.05), (10**12, 5.0)]
)
def test_a_query_costs_its_megabytes_rounded_up_ten_at_the_least(scanned: int, dollars: float) -> None:
    assert query_price(scanned) == pytest.approx(dollars)
