from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.cloudwatch.fakes import Calls, FakeCloud


@pytest.fixture
def cloud(tmp_path: Path) -> FakeCloud:
    return FakeCloud(tmp_path)


@pytest.fixture
def calls(cloud: FakeCloud) -> Calls:
    """CloudWatch on a clock that stands still."""
    return Calls(cloud)
