"""Clients of AWS: one per service and process, with retries and time-outs.

boto3 reads `AWS_ENDPOINT_URL` by itself; nothing else tells the emulator from AWS.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"


def config() -> Config:
    """Four attempts, three seconds to connect; bucket names in the path where an endpoint is given."""
    return Config(
        connect_timeout=3,
        read_timeout=60,
        max_pool_connections=32,
        retries={"mode": "standard", "max_attempts": 4},
        # TLS guards what is on its way, and snapshots compare digests of their own: a checksum of every answer is dear
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if os.environ.get(ENDPOINT_VARIABLE) else "auto"},
    )


@cache
def client(name: str) -> Any:
    """The boto3 client of a service, e.g. `client("s3")`; made once, safe to share between threads."""
    return boto3.client(name, config=config())
