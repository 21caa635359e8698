"""What a failing function answers, as AWS's Python runtime words it; ministack says Runtime.HandlerError for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

INIT_FAILED = "Worker init failed: "  # what ministack puts before a failed import's message
DIED = "Worker process died"

# In ministack's worker script: what it writes when the handler, or the import, raised, and what we have it write. A
# handler's exception is no error of the worker: the environment lives on, as AWS's does.
_HANDLER = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_HANDLER_OURS = '{"status": "ok", "failed": _failure(e)}'
_INIT = '{"status": "error", "error": str(e)}'
_INIT_OURS = '{"status": "error", "error": _init_failure(e, module_name, handler_name)}'

_SCRIPT = """
def _failure(error):
    import sys, traceback
    trace = error.__traceback__.tb_next
    print("".join([f"[ERROR] {type(error).__name__}: {error}\\nTraceback (most recent call last):\\n",
                   *traceback.format_tb(trace)]), file=sys.stderr, flush=True)
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": traceback.format_tb(trace)}

def _init_failure(error, module, handler):
    if isinstance(error, ImportError):
        return f"Runtime.ImportModuleError: Unable to import module '{module}': {error}"
    if isinstance(error, AttributeError) and "has no attribute" in str(error) and error.__traceback__.tb_next is None:
        return f"Runtime.HandlerNotFound: Handler '{handler}' missing on module '{module}'"
    return f"{type(error).__name__}: {error}"
"""


class Failed(dict[str, Any]):
    """An error as AWS answers it: errorMessage, errorType, stackTrace."""


def install() -> None:
    """Let a worker report its exceptions by their class, and survive them."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    lambda_runtime._PYTHON_WORKER_SCRIPT = _SCRIPT + script.replace(_HANDLER, _HANDLER_OURS).replace(_INIT, _INIT_OURS)
    worker = lambda_runtime.Worker
    invoke, spawn = worker.invoke, worker._spawn

    def invoke_and_mark(self: Any, *arguments: Any, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = invoke(self, *arguments, **more)
        return {**answer, "result": Failed(answer["failed"])} if "failed" in answer else answer

    def spawn_or_say_why(self: Any) -> None:
        try:
            spawn(self)
        except RuntimeError as error:
            if not str(error).startswith(INIT_FAILED):
                raise
            name, _, message = str(error).removeprefix(INIT_FAILED).partition(": ")
            raise type(name, (RuntimeError,), {})(message) from error  # ministack answers with the class's name

    worker.invoke, worker._spawn = invoke_and_mark, spawn_or_say_why
    execute = lambda_svc._execute_function_warm
    lambda_svc._execute_function_warm = lambda *arguments: _answer(execute(*arguments))


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    body = answer.get("body")
    if isinstance(body, Failed):
        return {**answer, "body": dict(body), "error": True}
    if answer.get("error") and isinstance(body, dict) and body.get("errorMessage") == DIED:
        message = "Error: Runtime exited without providing a reason"
        return {**answer, "body": {"errorMessage": message, "errorType": "Runtime.ExitError"}}
    return dict(answer)
