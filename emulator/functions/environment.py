"""One execution environment: a process that serves one version's calls, one at a time, as the platform sees it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from emulator.functions import answer
from emulator.functions.answer import Answer
from emulator.functions.invocation import Invocation
from emulator.functions.logs import Platform, Report
from emulator.functions.memory import peak_mb
from emulator.functions.outputs import Outputs
from emulator.functions.runtime_api import RuntimeApi
from emulator.functions.target import Version

INIT_S = 10  # AWS's time for the initialisation; what is left then counts as the first call's


class Keeper(Protocol):
    """Who starts and reuses environments."""

    def ready(self, environment: Environment) -> None:
        """It waits for a call."""
        ...

    def init_failed(self, environment: Environment, payload: bytes) -> None:
        """It will never take a call; the payload says why."""
        ...

    def answered(self, environment: Environment, invocation: Invocation, found: Answer, report: Report) -> None:
        """A call is over."""
        ...

    def ended(self, environment: Environment) -> None:
        """Its process is gone."""
        ...


class Environment:
    """Lives in the engine's loop. `kill` is the zygote's for the process."""

    def __init__(self, version: Version, keeper: Keeper, kill: Callable[[int], None]) -> None:
        self.id = secrets.token_hex(16)
        self.version = version
        self.stream = f"{datetime.now(UTC):%Y/%m/%d}/[{version.version}]{self.id}"
        self.pid: int | None = None
        self.coming = True  # it starts, or has answered and is about to be ready again
        self.last_used = self.born = self._forked = time.monotonic()
        self.init_ms: float | None = None  # until the first call has reported it
        self.current: Invocation | None = None
        self.retired = False  # its function has changed: it takes no more calls
        self._keeper = keeper
        self._kill = kill
        self._platform = Platform(version=version.version, runtime=_runtime(version), as_json=version.json_logs)
        self.outputs = Outputs()
        self._messages = self.outputs.messages
        self._messages.append(self._platform.init_start())
        self._waiting: RuntimeApi | None = None
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._settled = False  # it was ready once, or will never be
        self._over = False
        self._first_message = 0  # of the current call

    @property
    def is_starting(self) -> bool:
        """Whether it was never ready yet."""
        return not self._settled

    async def listen(self) -> str:
        """Open its Runtime API; the host and port."""
        self._server = await asyncio.get_running_loop().create_server(lambda: RuntimeApi(self), "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def started(self, pid: int) -> None:
        """The process runs; it has the time of an initialisation and of a call to become ready."""
        self.pid = pid
        self._forked = time.monotonic()
        limit_s = INIT_S + self.version.timeout_s
        self._timer = asyncio.get_running_loop().call_later(limit_s, self._init_too_long)
        if self._over:
            self.end()

    # -- what the runtime client says

    def on_next(self, api: RuntimeApi) -> None:
        """It is ready for a call; what was still on its way when its process ended says nothing any more."""
        if self._over:
            return
        if not self._settled:
            self._settle()
        self._waiting = api
        self.last_used = time.monotonic()
        self._keeper.ready(self)

    def on_answer(self, api: RuntimeApi, request_id: str, body: bytes, failed: bool) -> None:
        """The call's answer, or the handler's error."""
        invocation = self.current
        if invocation is None or invocation.request_id != request_id:
            api.reply(403, b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}')
        elif len(body) > answer.RESPONSE and not failed:
            self._finish(answer.too_large(len(body)), failed=True)
            message = f"Exceeded maximum allowed payload size ({answer.RESPONSE} bytes)."
            api.reply(413, f'{{"errorMessage":"{message}","errorType":"RequestEntityTooLarge"}}'.encode())
            self.end()
        else:
            self._finish(body, failed=failed)
            api.reply(202)

    def on_init_error(self, api: RuntimeApi, body: bytes) -> None:
        """The handler could not be loaded."""
        api.reply(202)
        self._init_failed(body)

    # -- what the engine says

    def begin(self, invocation: Invocation) -> None:
        """Give it a call; it must be ready."""
        api, self._waiting = self._waiting, None
        if api is None:
            raise RuntimeError(f"environment {self.id} is not ready")
        self.current = invocation
        invocation.began = time.monotonic()
        timeout_s = self.version.timeout_s
        self._timer = asyncio.get_running_loop().call_later(timeout_s, self._time_out)
        self._first_message = len(self._messages)
        self._messages.append(self._platform.start(invocation.request_id))
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.target.reference.arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        api.give(headers, invocation.payload)

    def exited(self, status: int) -> None:
        """The process has ended, with waitpid's status."""
        self._over = True
        if self.current is not None:
            kind = answer.exited(self.current.request_id, status)
            self._crash(kind)
        elif not self._settled:
            self._init_failed(answer.exited(self.id, status))
        self._close()
        self._keeper.ended(self)

    def out_of_memory(self) -> None:
        """It has more memory than its function's: kill it, as the kernel does on AWS."""
        if self.current is not None:
            self._crash(answer.out_of_memory(self.current.request_id))
        elif not self._settled:
            self._init_failed(answer.out_of_memory(self.id))
        self.end()

    def end(self) -> None:
        """Kill it."""
        self._over = True
        if self.pid is not None:
            self._kill(self.pid)

    def abandon(self) -> None:
        """It could not be launched, and its caller knows why."""
        self._settled = True
        self._close()
        self._keeper.ended(self)

    def take_messages(self) -> list[str]:
        """The log events since the last time."""
        self.outputs.drain()
        messages = list(self._messages)
        self._messages.clear()
        return messages

    # --

    def _settle(self) -> None:
        self._settled = True
        self._cancel_timer()
        self.init_ms = (time.monotonic() - self._forked) * 1e3

    def _init_failed(self, payload: bytes) -> None:
        if not self._settled:
            self._settle()
            self._keeper.init_failed(self, payload)

    def fail(self, invocation: Invocation, payload: bytes) -> None:
        """Answer a call that it never began with the failure of its initialisation."""
        self.current = invocation
        invocation.began = time.monotonic()
        self._first_message = len(self._messages)
        self._messages.append(self._platform.start(invocation.request_id))
        self._finish(payload, failed=True, error=answer.error_type(payload))

    def _init_too_long(self) -> None:
        self._init_failed(answer.timed_out(self.id, self.version.timeout_s))
        self.end()

    def _time_out(self) -> None:
        if self.current is not None:
            request_id, now = self.current.request_id, datetime.now(UTC)
            stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.outputs.drain()
            self._messages.append(f"{stamp} {request_id} Task timed out after {self.version.timeout_s}.00 seconds\n")
            self._finish(answer.timed_out(request_id, self.version.timeout_s), failed=True, status="timeout")
            self.end()

    def _crash(self, payload: bytes) -> None:
        self._finish(payload, failed=True, error=answer.error_type(payload))

    def _finish(self, payload: bytes, *, failed: bool, status: str = "success", error: str | None = None) -> None:
        invocation, self.current = self.current, None
        if invocation is None:
            return
        self._cancel_timer()
        duration_ms = (time.monotonic() - invocation.began) * 1e3
        report = Report(
            request_id=invocation.request_id,
            duration_ms=duration_ms,
            memory_mb=self.version.memory_mb,
            used_mb=min(peak_mb(self.pid), self.version.memory_mb),
            init_ms=self.init_ms,
            status="error" if error else status,
            error=error,
        )
        self.init_ms = None
        self.outputs.drain(ended=True)
        self._messages += self._platform.end(report)
        log = tuple(self._messages[self._first_message :])
        found = Answer(payload, self.version.version, failed, log, invocation.request_id)
        self.last_used = time.monotonic()
        self._keeper.answered(self, invocation, found, report)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self._cancel_timer()
        self.outputs.close()
        if self._server is not None:
            self._server.close()


def _runtime(version: Version) -> str:
    return version.runtime.replace("python", "python:")
