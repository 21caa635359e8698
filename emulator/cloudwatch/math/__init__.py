"""Metric math: expressions over time series, as in "Using metric math" of the Amazon CloudWatch user guide."""

from __future__ import annotations

from emulator.cloudwatch.math.calculator import Calculator as Calculator
from emulator.cloudwatch.math.parser import parse as parse
from emulator.cloudwatch.math.series import TimeSeries as TimeSeries
