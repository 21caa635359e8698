"""One function of ministack with other names in its view than the rest of its module."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any


def rebind(module: ModuleType, function: str, **names: Any) -> None:
    """Let a function of a module see these names instead of the module's; one that is no longer its own stays."""
    old = getattr(module, function)
    if not isinstance(old, FunctionType) or old.__module__ != module.__name__:
        return
    new = FunctionType(old.__code__, {**old.__globals__, **names}, function, old.__defaults__, old.__closure__)
    new.__kwdefaults__, new.__module__ = old.__kwdefaults__, old.__module__
    setattr(module, function, new)
