"""Functions, called: the engine has a thread with a loop of its own, in which every environment is served."""

from __future__ import annotations

import asyncio
import logging
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from emulator.errors import ServiceError
from emulator.functions import metrics
from emulator.functions.answer import Answer, Throttled, cannot_import
from emulator.functions.code import WrongPlatform, remove
from emulator.functions.delivery import Courier, Delivery
from emulator.functions.environment import Environment
from emulator.functions.invocation import Done, Invocation
from emulator.functions.launch import Launcher
from emulator.functions.logs import Report
from emulator.functions.pool import Pools
from emulator.functions.target import Directory, Reference, Target, Version
from emulator.functions.zygote import Zygote
from emulator.service import Cloud

log = logging.getLogger("emulator.functions")

MEMORY_EVERY_S = 0.05
SWEEP_EVERY_S = 15


class Engine:
    """Calls functions. Every method may be called from any thread, but `call` not from the engine's own."""

    def __init__(self, cloud: Cloud, directory: Directory, *, folder: Path, runtime: Path, client: str) -> None:
        self._cloud = cloud
        self._directory = directory
        self._courier = Courier(cloud)
        self._zygote = Zygote(runtime=runtime, folder=folder / "tmp", client=client)
        self._launcher = Launcher(cloud, folder=folder, runtime=runtime, zygote=self._zygote)
        self._pools = Pools(launch=self._launch, over=self._over, gone=self._gone)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="functions", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._preparing = ThreadPoolExecutor(1, thread_name_prefix="functions-prepare")
        self._watching = False

    def start(self) -> None:
        """Begin; the process that environments are forked from is made ready in the background."""
        self._courier.start()
        self._thread.start()

    def stop(self) -> None:
        """End every environment; calls under way are lost."""
        self._preparing.shutdown(wait=False, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._courier.stop()

    # -- calls

    def call(self, reference: Reference, payload: bytes, client_context: str = "") -> Answer:
        """Call a function and wait. Raises ServiceError when Lambda refuses (not found, throttled, no such role)."""
        future: Future[Answer | ServiceError] = Future()
        self.submit(self._directory.find(reference), payload, future.set_result, client_context=client_context)
        return _answer(future.result())

    async def invoke(self, reference: Reference, payload: bytes, client_context: str = "") -> Answer:
        """`call`, awaited in any loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer | ServiceError] = loop.create_future()

        def done(found: Answer | ServiceError) -> None:
            loop.call_soon_threadsafe(_set, future, found)

        self.submit(self._directory.find(reference), payload, done, client_context=client_context)
        return _answer(await future)

    def find(self, reference: Reference) -> Target:
        """The version that would answer a call. Raises ServiceError (not found)."""
        return self._directory.find(reference)

    def submit(
        self, target: Target, payload: bytes, done: Done, *, client_context: str = "", request_id: str = ""
    ) -> None:
        """Call a version; `done` gets the answer, or Lambda's refusal, in the engine's thread."""
        work = self._cloud.clock.begin(f"call of {target.reference.name}")
        invocation = Invocation(target=target, payload=payload, done=done, work=work, client_context=client_context)
        if request_id:
            invocation.request_id = request_id
        self._soon(lambda: self._submit(invocation))

    def retire(self, function_arn: str, version: str | None = None) -> None:
        """The function has changed or gone: its environments (of one version, or all) take no more calls."""
        self._soon(lambda: self._pools.retire(function_arn, version))

    def deliver(self, delivery: Delivery) -> None:
        """Deliver metrics or log events that are no call's."""
        self._courier.send(delivery)

    def prepare(self, reference: Reference) -> None:
        """Unpack the code of a function before it is called; what is wrong with it, its call will say."""
        self._preparing.submit(self._prepare, reference)

    def _prepare(self, reference: Reference) -> None:
        with suppress(ServiceError, WrongPlatform, OSError, zipfile.BadZipFile):
            version = self._directory.find(reference).version
            self._launcher.code.unpack(version.package)

    # -- in the loop

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._zygote.start)
        self._loop.call_later(SWEEP_EVERY_S, self._sweep)
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _close(self) -> None:
        self._zygote.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _soon(self, work: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(work)

    def _submit(self, invocation: Invocation) -> None:
        try:
            self._pools.submit(invocation)
        except Throttled as throttled:
            measured = metrics.throttled(invocation.target)
            invocation.done(throttled)
            self._courier.send(Delivery(measured=measured, work=invocation.work))
        else:
            self._watch()

    def _launch(self, version: Version) -> Environment:
        environment = Environment(version, self._pools, self._zygote.kill)
        task = self._loop.create_task(self._launched(environment))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return environment

    async def _launched(self, environment: Environment) -> None:
        try:
            await self._launcher.launch(environment)
        except WrongPlatform as wrong:
            payload = cannot_import(environment.version.handler, str(wrong))
            self._pools.init_failed(environment, payload)
            environment.abandon()
        except (ServiceError, OSError, zipfile.BadZipFile) as error:
            refusal = error if isinstance(error, ServiceError) else _impossible(error)
            invocation = self._pools.withdraw(environment)
            if invocation is not None:
                invocation.done(refusal)
                invocation.work.end()
            environment.abandon()

    def _over(self, environment: Environment, invocation: Invocation, found: Answer, report: Report) -> None:
        invocation.done(found)
        measured = metrics.invoked(
            invocation.target, failed=found.failed, duration_ms=report.duration_ms, concurrent=invocation.concurrent
        )
        self._courier.send(
            Delivery(
                group=environment.version.log_group,
                stream=environment.stream,
                messages=environment.take_messages(),
                measured=measured,
                work=invocation.work,
            )
        )

    def _gone(self, environment: Environment) -> None:
        tmp = self._launcher.tmp_of(environment)
        if tmp.exists():
            self._loop.run_in_executor(None, remove, tmp)
        messages = environment.take_messages()
        if messages:
            group = environment.version.log_group
            self._courier.send(Delivery(group=group, stream=environment.stream, messages=messages))

    def _sweep(self) -> None:
        self._pools.sweep()
        self._loop.call_later(SWEEP_EVERY_S, self._sweep)

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            self._loop.call_later(MEMORY_EVERY_S, self._watch_memory)

    def _watch_memory(self) -> None:
        self._watching = False
        if self._pools.busy:
            self._pools.watch_memory()
            self._pools.start_wanted()
            self._watch()


def _set(future: asyncio.Future[Answer | ServiceError], found: Answer | ServiceError) -> None:
    if not future.done():  # the caller may have gone
        future.set_result(found)


def _answer(found: Answer | ServiceError) -> Answer:
    if isinstance(found, ServiceError):
        raise found
    return found


def _impossible(error: Exception) -> ServiceError:
    message = f"An environment for the function could not be started: {type(error).__name__}: {error}"
    broken = isinstance(error, zipfile.BadZipFile)
    return ServiceError("InvalidZipFileException" if broken else "ServiceException", message, 502 if broken else 500)
