"""Amazon CloudWatch: metrics, metric alarms that evaluate as AWS documents them, dashboards."""

from __future__ import annotations

from emulator.cloudwatch.service import CloudWatch
from emulator.service import Cloud


def create(cloud: Cloud) -> CloudWatch:
    """The service, not started."""
    return CloudWatch(cloud)
