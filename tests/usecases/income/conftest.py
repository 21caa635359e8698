from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from usecases.income import USE_CASE


@pytest.fixture(scope="session")
def january(replay: Any) -> Any:
    """Records with their day filled in, and labels of 30 days from 2016-01-01."""
    records, labels, _ = replay(USE_CASE, date(2016, 1, 1), 30)
    assert np.isnat(records["asked"]).all()
    dates = dict(zip(labels["id"].tolist(), labels["date"].tolist(), strict=True))
    days = [dates.get(name, date(2016, 1, 30)) for name in records["id"].tolist()]
    return {**records, "asked": np.array(days, "datetime64[D]")}, labels
