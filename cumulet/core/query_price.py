"""What a query costs at Athena's list price, for the line below its result."""

from __future__ import annotations

import math

DOLLARS_PER_TB = 5.0
"""List price of on-demand queries in us-east-1, November 2026; an agreement or another region may differ."""

LEAST_MB = 10
"""A query pays for so many megabytes at least."""


def query_price(bytes_scanned: int) -> float:
    """Dollars for one query: its megabytes, rounded up, ten at the least. SHOW and DESCRIBE are free on AWS.

    >>> query_price(3 * 10**12), query_price(0)
    (15.0, 5e-05)
    """
    megabytes = max(LEAST_MB, math.ceil(bytes_scanned / 10**6))
    return megabytes * DOLLARS_PER_TB / 10**6
