"""Whose a request is, and which signing scopes ministack serves."""

from __future__ import annotations

import contextvars
from functools import cache

from ministack.app import SERVICE_HANDLERS
from ministack.core import responses, router


def account_of(access_key: str) -> str:
    """The account that an access key belongs to."""
    return contextvars.copy_context().run(_account_of, access_key)


def _account_of(access_key: str) -> str:
    responses.set_request_account_id(access_key)
    return str(responses.get_account_id())


def install() -> None:
    """Keep ministack from loading botocore's whole catalogue (400 MB) to look up a scope: the gateway refuses those."""
    router._is_aws_service_name = lambda name: True


@cache
def serves(scope: str) -> bool:
    """Whether ministack has a service for this signing scope (what it does not know it takes for S3)."""
    signed = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{scope}/aws4_request"
    name = router.detect_service("POST", "/", {"authorization": signed}, {})
    return name in SERVICE_HANDLERS and (name != "s3" or scope.startswith("s3"))
