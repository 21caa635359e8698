"""The fitted model of the training tests."""

from __future__ import annotations

from tests.training.conftest import fitted as fitted
