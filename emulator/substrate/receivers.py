"""Whether a topic or a function that somebody is to be told through exists in ministack."""

from __future__ import annotations

from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sns

from emulator.errors import ServiceError


def check(arn: str, *, account: str, region: str) -> None:
    """Raise NotFound when there is no such topic or function."""
    with request_scope(account, region):
        if ":sns:" in arn and sns._topic_by_arn_any_scope(arn) is None:
            raise ServiceError("NotFound", f"Topic does not exist: {arn}", 404)
        if ":lambda:" in arn and lambda_svc._get_func_record_for_ref(arn)[0] is None:
            raise ServiceError("ResourceNotFoundException", f"Function not found: {arn}", 404)
