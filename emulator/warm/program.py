"""Runs in this process what the command line `python [-u] (-m MODULE | -c CODE | SCRIPT | ZIP) [ARGUMENT …]` would run.

`run` ends the process as the interpreter does (threads joined, exit handlers run, the program's own modules taken down,
output flushed), but leaves the libraries' memory to the kernel, which takes 100 ms less. Source:
"Command line and environment" and the `sys` module in Python's documentation; CPython's Modules/main.c.
"""

from __future__ import annotations

import atexit
import builtins
import gc
import importlib.machinery
import os
import pkgutil
import runpy
import sys
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType, TracebackType
from typing import Any, NoReturn

FLUSH_FAILED = 120  # CPython's exit code when the last output could not be written
INTERRUPTED = 130
DEFINED = (FunctionType, type, ModuleType)


@dataclass(frozen=True)
class Program:
    """A parsed command line: what to run ("-m", "-c" or "script") and its arguments."""

    kind: str
    target: str
    arguments: Sequence[str]


def parse(arguments: Sequence[str]) -> Program | None:
    """What an interpreter with these arguments runs; None when that needs an interpreter of its own (other options)."""
    rest = list(arguments)
    while rest and rest[0] == "-u":
        rest.pop(0)
    if len(rest) >= 2 and rest[0] in ("-m", "-c"):
        return Program(rest[0], rest[1], rest[2:])
    if not rest or rest[0].startswith("-") or rest[0].endswith(".pyc"):
        return None
    return Program("script", rest[0], rest[1:])


def run(program: Program, kept: Collection[str]) -> NoReturn:
    """Run a program as `__main__` and end the process; `kept` are the names of the modules that were there before."""
    status = 0
    try:
        _execute(program)
    except SystemExit as end:
        status = _status(end.code)
    except BaseException as error:
        status = INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
        error.__traceback__ = _own(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
    _end(status, kept)


def _execute(program: Program) -> None:
    names = vars(sys.modules["__main__"])
    names.clear()
    names.update(dict.fromkeys(("__name__", "__doc__", "__package__", "__loader__", "__spec__")))
    names.update(__name__="__main__", __loader__=importlib.machinery.BuiltinImporter, __annotations__={})
    names["__builtins__"] = builtins
    head = program.target if program.kind == "script" else program.kind
    sys.argv[:] = [head, *program.arguments]
    if program.kind == "-m":
        sys.path.insert(0, os.getcwd())
        runpy._run_module_as_main(program.target)  # type: ignore[attr-defined]  # what the interpreter calls
    elif program.kind == "-c":
        sys.path.insert(0, "")
        exec(compile(program.target, "<string>", "exec", dont_inherit=True), names)  # noqa: S102 - the job's own
    elif pkgutil.get_importer(program.target):
        sys.path.insert(0, os.path.abspath(program.target))
        runpy._run_module_as_main("__main__", False)  # type: ignore[attr-defined]
    else:
        _execute_script(os.path.abspath(program.target), names)


def _execute_script(path: str, names: dict[str, Any]) -> None:
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        text = f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}"
        print(text, file=sys.stderr)
        raise SystemExit(2) from error
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    names.update(__loader__=loader, __file__=path, __cached__=None)
    exec(compile(source, path, "exec", dont_inherit=True), names)  # noqa: S102 - the job's own


def _own(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this file, which no interpreter of its own would show."""
    while trace and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _status(code: object) -> int:
    """The exit status of sys.exit(code); text is printed."""
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def _end(status: int, kept: Collection[str]) -> NoReturn:
    threading._shutdown()  # type: ignore[attr-defined]  # joins the threads that are no daemons
    atexit._run_exitfuncs()
    if threading.active_count() > 1:  # daemon threads: only the interpreter's own end can hold them
        raise SystemExit(status)
    _take_down(kept)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream and not stream.closed:
                stream.flush()
        except (OSError, ValueError):
            status = FLUSH_FAILED
    os._exit(status)


def _take_down(kept: Collection[str]) -> None:
    """Let go of what the program's modules hold, so that it is finalised: a file that it left open is written.

    What is defined in them goes last, because finalisers may need it.
    """
    others = {id(sys.modules.get(name)) for name in kept} - {id(sys.modules.get("__main__"))}
    modules = [module for module in sys.modules.values() if id(module) not in others and isinstance(module, ModuleType)]
    for module in modules:
        held = vars(module)
        for name in [name for name, value in held.items() if not isinstance(value, DEFINED) and name[:2] != "__"]:
            del held[name]
    gc.collect()
