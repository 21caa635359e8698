"""What a handler is told about its call."""

from __future__ import annotations

import json
import os
import time
from email.message import Message
from types import SimpleNamespace

IDENTITY = {"cognitoIdentityId": "cognito_identity_id", "cognitoIdentityPoolId": "cognito_identity_pool_id"}
CLIENT = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class Context:
    """The `context` of a handler, as AWS documents it for Python."""

    def __init__(self, headers: Message) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.tenant_id = None
        self.client_context = _client(json.loads(headers.get("Lambda-Runtime-Client-Context") or "null"))
        given = json.loads(headers.get("Lambda-Runtime-Cognito-Identity") or "{}")
        self.identity = SimpleNamespace(**{name: given.get(key) for key, name in IDENTITY.items()})
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until this call times out."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write to the log."""
        print(message)


def _client(given: dict[str, object] | None) -> SimpleNamespace | None:
    if given is None:
        return None
    client = given.get("client")
    known = {name: client.get(name) for name in CLIENT} if isinstance(client, dict) else None
    return SimpleNamespace(
        custom=given.get("custom"), env=given.get("env"), client=SimpleNamespace(**known) if known else None
    )
