"""CloudFormation's functions, with what ministack's provision of them leaves out."""

from __future__ import annotations

from ministack.services import lambda_svc

from emulator.substrate.completions import Properties, complete


def install() -> None:
    """Let DeadLetterConfig and ReservedConcurrentExecutions of a template count."""
    complete("AWS::Lambda::Function", _complete)


def _complete(name: str, old: Properties, new: Properties) -> None:
    function = lambda_svc._functions[name]
    reserved = new.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)
    function["config"].pop("DeadLetterConfig", None)
    if new.get("DeadLetterConfig"):
        function["config"]["DeadLetterConfig"] = dict(new["DeadLetterConfig"])
