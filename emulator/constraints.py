"""Requests held to botocore's service model, with the wording of AWS's own validator.

Checked: presence, type, length, range, pattern, enum, at any depth. Patterns that Python cannot compile (Java-only) are
skipped. Members that the model does not know are ignored, as AWS's JSON protocol does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from emulator.errors import ServiceError

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}
SHOWN = 10  # AWS lists at most this many violations


def violations(shape: Any, params: dict[str, Any]) -> str:
    """One sentence that names every member that breaks its constraint; empty when none does.

    Raises SerializationException on a value of another type.
    """
    problems = list(_problems(shape, params, ""))
    plural = "s" if len(problems) > 1 else ""
    return f"{len(problems)} validation error{plural} detected: {'; '.join(problems[:SHOWN])}" if problems else ""


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    if (isinstance(value, bool) and shape.type_name != "boolean") or not isinstance(value, TYPES[shape.type_name]):
        raise ServiceError(
            "SerializationException", f"{type(value).__name__} at '{path}' can not be converted to {shape.type_name}"
        )
    yield from (f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: {p}" for p in _own(shape, value))
    walk = WALKERS.get(shape.type_name)
    if walk:
        yield from walk(shape, value, path)


def _structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], _join(path, name))


def _list(shape: Any, value: list[Any], path: str) -> Iterator[str]:
    for number, item in enumerate(value, start=1):
        yield from _problems(shape.member, item, f"{path}.{number}.member")


def _map(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for key, item in value.items():
        yield from _problems(shape.key, key, f"{path}.key")
        yield from _problems(shape.value, item, f"{path}.{key}.member")


WALKERS: dict[str, Callable[[Any, Any, str], Iterator[str]]] = {"structure": _structure, "list": _list, "map": _map}


def _own(shape: Any, value: Any) -> Iterator[str]:
    """The constraints that a value breaks by itself."""
    limits, kind = shape.metadata, shape.type_name
    if kind in ("string", "list", "map"):
        if len(value) < limits.get("min", 0):
            yield f"Member must have length greater than or equal to {limits['min']}"
        if "max" in limits and len(value) > limits["max"]:
            yield f"Member must have length less than or equal to {limits['max']}"
    elif kind in ("integer", "long", "float", "double"):
        if "min" in limits and value < limits["min"]:
            yield f"Member must have value greater than or equal to {limits['min']}"
        if "max" in limits and value > limits["max"]:
            yield f"Member must have value less than or equal to {limits['max']}"
    if kind == "string":
        if "enum" in limits and value not in limits["enum"]:
            yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
        pattern = _compiled(limits["pattern"]) if "pattern" in limits else None
        if pattern and not pattern.fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None


def _join(path: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _shown(value: Any) -> str:
    return f"[{', '.join(map(_shown, value))}]" if isinstance(value, list) else str(value)
