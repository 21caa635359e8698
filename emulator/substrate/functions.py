"""Lambda: ministack keeps the records of functions and polls event sources, our engine executes Python functions.

`calls.install` redirects ministack's callers to it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from ministack.core import lambda_runtime

from emulator.errors import ServiceError
from emulator.functions import packages
from emulator.functions.answer import Answer, Throttled
from emulator.functions.destinations import Senders
from emulator.functions.engine import Engine
from emulator.functions.events import Events
from emulator.functions.target import Reference
from emulator.service import Cloud
from emulator.substrate.records import Record, Records, reference_to

log = logging.getLogger("emulator.functions")


class Functions:
    """Starts and stops with the emulator; between, ministack calls it for every call of a function."""

    def __init__(self, cloud: Cloud) -> None:
        folder = cloud.state / "functions"
        runtime = cloud.state / "runtime"
        records = Records()
        self.engine = Engine(cloud, records, folder=folder, runtime=runtime, client=packages.link(runtime))
        senders = Senders(cloud, self.engine)
        self.events = Events(cloud, records, self.engine, folder=folder / "events", destinations=senders)

    async def start(self) -> None:
        """Begin to execute; events that an earlier emulator left are taken up."""
        self.engine.start()
        await asyncio.to_thread(self.events.start)

    async def stop(self) -> None:
        """End every environment, and ministack's workers for other languages."""
        await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        self.events.stop()
        self.engine.stop()
        lambda_runtime.reset()

    # -- what ministack calls

    def execute(self, record: Record, event: Any) -> dict[str, Any]:
        """A synchronous call, from a thread; the result as ministack's services expect it."""
        try:
            return _result(self.engine.call(_reference(record), _payload(event)))
        except ServiceError as refused:
            return _refusal(refused)

    async def execute_soon(self, record: Record, event: Any) -> dict[str, Any]:
        """`execute`, awaited."""
        try:
            return _result(await self.engine.invoke(_reference(record), _payload(event)))
        except ServiceError as refused:
            return _refusal(refused)

    def accept(self, record: Record, event: Any) -> None:
        """An asynchronous call."""
        try:
            self.events.accept(_reference(record), _payload(event))
        except ServiceError as refused:
            log.warning("an event could not be given to a function: %s", refused.message)


def _reference(record: Record) -> Reference:
    _warn(str((record.get("config") or record).get("Runtime", "")))
    return reference_to(record)


def _payload(event: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def _result(found: Answer) -> dict[str, Any]:
    result = {"body": found.body(), "log": "".join(found.log)}
    return {**result, "error": True, "function_error": "Unhandled"} if found.failed else result


def _refusal(refused: ServiceError) -> dict[str, Any]:
    """Lambda's refusal, as Step Functions and API Gateway name it."""
    body: Mapping[str, str] = {"errorType": f"Lambda.{refused.code}", "errorMessage": refused.message}
    return {"body": body, "error": True, "throttle": isinstance(refused, Throttled), "log": ""}


@cache
def _warn(runtime: str) -> None:
    """Say once that a function does not get the Python it asks for."""
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if runtime != ours:
        log.warning("a function asks for %s and gets this interpreter, %s", runtime, ours)
