"""What is called: a function by its name and qualifier, and the version of it that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

LATEST = "$LATEST"


@dataclass(frozen=True)
class Reference:
    """A function as a caller names it; the qualifier is a version, an alias or absent."""

    account: str
    region: str
    name: str
    qualifier: str | None = None

    @property
    def function_arn(self) -> str:
        """Without the qualifier."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def arn(self) -> str:
        """As invoked."""
        return f"{self.function_arn}:{self.qualifier}" if self.qualifier else self.function_arn


@dataclass(frozen=True)
class Package:
    """A zip, named by the SHA-256 of its content; `read` gives the content."""

    sha256: str
    read: Callable[[], bytes] = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a function, or $LATEST as it is now: what an environment is made of. Equal is the same."""

    account: str
    region: str
    name: str
    version: str
    runtime: str
    handler: str
    role: str
    memory_mb: int
    timeout_s: int
    ephemeral_mb: int
    package: Package
    layers: tuple[Package, ...]
    variables: tuple[tuple[str, str], ...]
    log_group: str
    json_logs: bool = False
    log_level: str = ""

    @property
    def function_arn(self) -> str:
        """Without the version."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


@dataclass(frozen=True, kw_only=True)
class Asynchronous:
    """How asynchronous events of a function are handled; the targets are ARNs."""

    retries: int = 2
    longest_age_s: int = 21_600
    on_success: str | None = None
    on_failure: str | None = None
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """The version that answers one call, and what of the function's settings bears on the call."""

    reference: Reference
    version: Version
    alias: str | None = None
    reserved: int | None = None
    asynchronous: Asynchronous = Asynchronous()


class Directory(Protocol):
    """Who knows the functions."""

    def find(self, reference: Reference) -> Target:
        """The version that answers this call; weights of an alias are drawn. Raises ServiceError (not found)."""
        ...
