"""Lambda: ministack keeps the records of functions and polls event sources, our engine executes Python functions."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.concurrency import run_reentrant
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway, apigateway_v1, eventbridge, lambda_svc, sns

from emulator.errors import ServiceError
from emulator.functions import packages
from emulator.functions.answer import Answer, Throttled
from emulator.functions.destinations import Senders
from emulator.functions.engine import Engine
from emulator.functions.events import Events
from emulator.functions.target import Reference
from emulator.service import Cloud
from emulator.substrate import code, function_resources, invoking
from emulator.substrate.records import QUALIFIER, Record, Records, is_ours, reference_to

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


def install(cloud: Cloud) -> Functions:
    """Send every call of a Python function that ministack would run to the engine."""
    functions = Functions(cloud)
    code.install()
    function_resources.install()
    invoking.install(functions.engine, functions.events)
    _install_synchronous(functions)
    _install_asynchronous(functions)
    _install_changes(functions)
    return functions


def _install_synchronous(functions: Functions) -> None:
    """Step Functions, event source mappings, API Gateway, function URLs, authorizers."""
    execute = lambda_svc._execute_function
    find = lambda_svc._effective_func_record_for_qualifier

    def execute_ours(record: Record, event: Any) -> Any:
        return functions.execute(record, event) if is_ours(record) else execute(record, event)

    def find_and_remember(record: Any, qualifier: str | None) -> tuple[Any, Any]:
        found, config = find(record, qualifier)
        return ({**found, QUALIFIER: qualifier} if found and qualifier else found), config

    async def run(function: Any, *arguments: Any, thread_name: str = "functions") -> Any:
        if function is lambda_svc._execute_function_with_config_scope and is_ours(arguments[0]):
            return await functions.execute_soon(*arguments)
        return await run_reentrant(function, *arguments, thread_name=thread_name)

    lambda_svc._execute_function = execute_ours
    lambda_svc._effective_func_record_for_qualifier = find_and_remember
    for module in (lambda_svc, apigateway, apigateway_v1):  # a thread for each call costs more than a call
        module.run_reentrant = run


def _install_asynchronous(functions: Functions) -> None:
    """S3, EventBridge, Scheduler and SNS: on AWS they call asynchronously, with retries."""
    retry, scoped = lambda_svc.invoke_async_with_retry, lambda_svc._execute_function_with_config_scope

    def accept(record: Record, event: Any) -> None:
        functions.accept(record, event) if is_ours(record) else retry(record, event)

    def dispatch(arn: str, payload: str) -> None:
        record, config, name = lambda_svc._get_func_record_for_ref(arn)
        if record is None or config is None:
            log.warning("EventBridge: the function %s does not exist", name)
        else:
            accept(lambda_svc._execution_record_for_config(record, config), json.loads(payload))

    class Sns:
        """The module `lambda_svc` for SNS."""

        def __getattr__(self, name: str) -> Any:
            return getattr(lambda_svc, name)

        def _execute_function_with_config_scope(self, record: Record, event: Any) -> Any:
            return functions.accept(record, event) if is_ours(record) else scoped(record, event)

    lambda_svc.invoke_async_with_retry = accept
    eventbridge._dispatch_to_lambda = dispatch
    sns._lambda_svc = Sns()


def _install_changes(functions: Functions) -> None:
    """A function that is updated or deleted loses its environments, and new code is unpacked; SnapStart is stored."""
    invalidate = lambda_svc.invalidate_worker

    def retire(name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None) -> None:
        invalidate(name, qualifier=qualifier, account=account, region=region)
        of = Reference(account or get_account_id(), region or get_region(), name)
        functions.engine.retire(of.function_arn, qualifier)
        functions.engine.prepare(of)

    def activate(name: str, record: dict[str, Any]) -> None:
        record["config"] |= {"State": "Active", "StateReason": "", "StateReasonCode": ""}
        record["config"]["LastUpdateStatus"] = "Successful"

    lambda_svc.invalidate_worker = retire
    lambda_svc._snapstart_provision_version_async = activate


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
