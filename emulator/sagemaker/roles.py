"""The roles that jobs run as: credentials for their processes, S3 for their transfers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import botocore.config

from emulator.sagemaker.transfers import Transfers
from emulator.service import Cloud

THREADS = 8
REUSE_S = 600  # how long a role's client and credentials are kept
CONFIG = botocore.config.Config(
    s3={"addressing_style": "path"},
    max_pool_connections=THREADS,
    retries={"max_attempts": 2},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class Roles:
    """Credentials and S3 clients by role, reused for a few minutes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._session = boto3.Session(region_name=cloud.region)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sagemaker-s3")
        self._known: dict[str, tuple[float, dict[str, str], Transfers]] = {}

    def enter(self, role_arn: str) -> tuple[dict[str, str], Transfers]:
        """The role's credentials (as environment variables) and its S3."""
        with self._lock:
            kept = self._known.get(role_arn)
            if kept is None or time.monotonic() - kept[0] > REUSE_S:
                credentials = self._cloud.role_credentials(role_arn, "SageMaker")
                kept = (time.monotonic(), credentials, Transfers(self._client(credentials), role_arn, self._threads))
                self._known[role_arn] = kept
            return kept[1], kept[2]

    def warm_up(self) -> None:
        """Load botocore's description of S3, which is most of what a first client costs."""
        self._client({"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"})

    def _client(self, credentials: dict[str, str]) -> Any:
        return self._session.client(
            "s3",
            endpoint_url=self._cloud.endpoint_url,
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=credentials.get("AWS_SESSION_TOKEN"),
            config=CONFIG,
        )

    def close(self) -> None:
        """End the transfer threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
