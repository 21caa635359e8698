from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from usecases.bikes import USE_CASE


@pytest.fixture(scope="session")
def autumn(replay: Any) -> Any:
    """Records, labels and weather of 40 days up to 2011-10-15."""
    return replay(USE_CASE, date(2011, 9, 6), 40)
