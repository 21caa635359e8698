"""Every caller of functions in ministack, sent to the engine for functions in Python."""

from __future__ import annotations

import json
import logging
from typing import Any

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway, apigateway_v1, eventbridge, lambda_svc, sns

from emulator.functions.target import Reference
from emulator.service import Cloud
from emulator.substrate import code, function_resources, invoking
from emulator.substrate.functions import Functions
from emulator.substrate.records import QUALIFIER, Record, is_ours

log = logging.getLogger("emulator.functions")


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
