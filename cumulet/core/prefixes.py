"""Ids by their first characters, as git takes them: enough of them to mean one."""

from __future__ import annotations

from collections.abc import Iterable

from cumulet.contracts.errors import ContractError, NotFoundError

SHORTEST = 4
"""Characters that a prefix has at least."""


def matching(ids: Iterable[str], prefix: str) -> list[str]:
    """The ids that begin with a prefix, sorted; the id itself alone where it is one, none for a prefix too short.

    >>> matching(["8c1f02", "8c1f77", "a0b1c2"], "8c1f")
    ['8c1f02', '8c1f77']
    """
    found = sorted(one for one in ids if one.startswith(prefix)) if len(prefix) >= SHORTEST else []
    return [prefix] if prefix in found else found


def one_of(ids: Iterable[str], prefix: str, what: str) -> str:
    """The one id that begins with a prefix.

    Raises ContractError when it is too short or several begin so, NotFoundError when none does; both name ids.
    """
    known = sorted(ids)
    if len(prefix) < SHORTEST:
        raise ContractError(f"{what} {prefix!r}: give at least {SHORTEST} characters of its id, e.g. {_some(known)}")
    found = matching(known, prefix)
    if len(found) > 1:
        raise ContractError(f"{what} {prefix!r} is ambiguous: {', '.join(found)}; give more characters")
    if not found:
        raise NotFoundError(f"{what} {prefix!r}: there is none that begins so; there are {_some(known)}")
    return found[0]


def _some(ids: list[str], most: int = 8) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more if ids else "none yet"
