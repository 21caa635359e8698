"""Metrics from log lines: the embedded metric format, and metric filters."""

from __future__ import annotations
