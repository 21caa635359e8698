"""One call under way."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.errors import ServiceError
from emulator.functions.answer import Answer
from emulator.functions.target import Target
from emulator.service import Work

Done = Callable[[Answer | ServiceError], None]


@dataclass(eq=False, kw_only=True)
class Invocation:
    """A call from its arrival to its answer; `done` is called once, in the engine's thread."""

    target: Target
    payload: bytes
    done: Done
    work: Work
    client_context: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=lambda: _trace_id())
    arrived: float = field(default_factory=time.monotonic)
    began: float = 0.0  # monotonic, when the environment got it
    concurrent: int = 1  # calls of this function under way when it arrived, with this one


def _trace_id() -> str:
    """Of a call that is not traced, as AWS numbers it."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
