"""Names that CloudFormation makes for resources without one."""

from __future__ import annotations

import secrets

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def physical_name(stack_name: str, logical_id: str, longest: int) -> str:
    """`<stack>-<logical id>-<12 random letters>`, cut to `longest` as AWS does: the random part stays."""
    random = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{f'{stack_name}-{logical_id}'[: longest - 13]}-{random}"
