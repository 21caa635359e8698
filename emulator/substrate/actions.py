"""The IAM actions of requests on one Lambda alias: ministack asks for ListAliases, AWS for Get, Update or Delete."""

from __future__ import annotations

from ministack.core import iam_actions

_ALIAS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def install() -> None:
    """Let requests on `/functions/{name}/aliases/{alias}` be authorised by AWS's own action."""
    ministacks = iam_actions._lambda_action

    def lambda_action(method: str, path: str) -> str | None:
        parts = path.strip("/").split("/")
        if len(parts) >= 5 and parts[-2] == "aliases" and method in _ALIAS:
            return _ALIAS[method]
        action: str | None = ministacks(method, path)
        return action

    iam_actions._lambda_action = lambda_action
