"""IAM as ministack evaluates it: who a caller is, and what a role may do."""

from __future__ import annotations

import contextvars
import secrets
import time
from typing import Any
from urllib.parse import quote

from ministack.core import iam_evaluator
from ministack.core.iam_actions import identity_denial_message
from ministack.core.responses import request_scope
from ministack.services import iam, sts

from emulator.errors import AccessDenied, ServiceError
from emulator.service import Request

SESSION_S = 12 * 3600


def authorize(request: Request, action: str, resource_arn: str, context: dict[str, Any]) -> None:
    """Verify the signature of a request and let IAM decide; raises AccessDenied or ServiceError."""
    contextvars.copy_context().run(_authorize, request, action, resource_arn, context)


def _authorize(request: Request, action: str, resource_arn: str, context: dict[str, Any]) -> None:
    headers = [(name.encode("latin-1"), value.encode()) for name, value in request.headers.items()]
    with request_scope(request.account, request.region):
        iam_evaluator.pin_signed_request(request.method, quote(request.path), request.query, headers)
        iam_evaluator.pin_signed_body(request.body)
        iam_evaluator.pin_request_caller(request.headers, request.query)
        denied = iam_evaluator.enforce(
            request.access_key,
            action,
            action.partition(":")[0],
            request.region,
            resource_arn=resource_arn,
            service_context=context,
        )
    if isinstance(denied, iam_evaluator.AuthError):
        raise ServiceError(denied.code, denied.message, 403)
    if denied is not None:
        raise AccessDenied(_denial(action, denied.principal_arn, resource_arn, denied.decision))


def _denial(action: str, principal_arn: str, resource_arn: str, decision: str) -> str:
    return str(identity_denial_message(action, principal_arn, resource_arn, decision == "Deny"))


def authorize_role(role_arn: str, action: str, resource_arn: str, *, account: str, region: str) -> None:
    """Let IAM decide for a role; raises AccessDenied."""
    name = _role_name(role_arn, account)
    with request_scope(account, region):
        evaluation = iam_evaluator.evaluate(
            iam_evaluator.EvalContext(
                principal_arn=role_arn,
                principal_type="AssumedRole",
                principal_account=account,
                action=action,
                resource_arn=resource_arn,
                region=region,
            ),
            iam_evaluator._gather_role_policies(name, account),
            *iam_evaluator._permissions_boundary(iam._roles, name, account),
        )
    if evaluation.decision != "Allow":
        raise AccessDenied(_denial(action, role_arn, resource_arn, evaluation.decision))


def role_credentials(role_arn: str, session_name: str, *, account: str, region: str) -> dict[str, str]:
    """Fresh credentials of a role, good for twelve hours."""
    name = _role_name(role_arn, account)
    access_key = f"ASIA{secrets.token_hex(8).upper()}"
    secret, token = secrets.token_hex(20), secrets.token_hex(64)
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session_name[:64]}",
        "UserId": f"{name}:{session_name[:64]}",
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": time.time() + SESSION_S,
        "AccountId": account,
        "PrincipalType": "AssumedRole",
    }
    with request_scope(account, region):
        sts.register_session(access_key, session)
    return {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def _role_name(role_arn: str, account: str) -> str:
    name = role_arn.rpartition("/")[2]
    if iam._roles.get_scoped(account, None, name) is None:
        raise AccessDenied(f"the role {role_arn} does not exist, or may not be assumed")
    return name
