"""A shift as a TOML file: a title, a seed, and knobs; what does not fit is refused with its remedy."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cumulet.contracts.errors import ContractError
from cumulet.contracts.manifests import sha256
from cumulet.core.simulator.knobs import KINDS, Knob
from cumulet.core.simulator.timing import When
from cumulet.core.usecase import UseCase

EXAMPLE = '[[knob]]\nkind = "prior"\nodds = 2.0\nwhen = { shape = "sudden", start = 2013-05-01 }'


@dataclass(frozen=True)
class Shift:
    """What is done to the days of a source."""

    title: str
    seed: int
    knobs: tuple[Knob, ...]

    @property
    def start(self) -> date:
        """The first day that may differ."""
        return min(knob.when.start for knob in self.knobs)

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of what it does: equal whatever its title."""
        return sha256(repr((self.seed, self.knobs)).encode())


def read(text: str, use_case: UseCase) -> Shift:
    """A shift of a use case. Raises ContractError for what is not known, does not fit, or is not TOML."""
    try:
        given = tomllib.loads(text, parse_float=_finite)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"the shift is not TOML: {error}; a knob is\n{EXAMPLE}") from error
    unknown = sorted(given.keys() - {"title", "seed", "knob"})
    if unknown or not isinstance(given.get("knob"), list) or not given["knob"]:
        raise ContractError(
            f"a shift has title, seed and [[knob]], found {', '.join(sorted(given))}; a knob is\n{EXAMPLE}"
        )
    seed = given.get("seed", 0)
    if type(seed) is not int:
        raise ContractError(f"seed={seed!r}: give a whole number, e.g. seed = 7")
    knobs = tuple(_knob(number, each, use_case) for number, each in enumerate(given["knob"], 1))
    return Shift(str(given.get("title", "")), seed, knobs)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ContractError(f"{text}: give a finite number")
    return value


def _knob(number: int, given: Any, use_case: UseCase) -> Knob:
    if not isinstance(given, Mapping):
        raise ContractError(f"knob {number}: found {given!r}; a knob is\n{EXAMPLE}")
    kind = KINDS.get(str(given.get("kind")))
    if kind is None:
        raise ContractError(f"knob {number}: kind={given.get('kind')!r}: give one of {', '.join(KINDS)}")
    try:
        when = _made(When, given.get("when", {}))
        values = {name: value for name, value in given.items() if name not in ("kind", "when")}
        knob: Knob = _made(kind, {**values, "when": when})
        knob.check(use_case)
    except ContractError as error:
        raise ContractError(f"knob {number} ({kind.kind}): {error}") from error
    return knob


def _made(kind: type[Any], given: Any) -> Any:
    """A knob or a time of these settings, each of its type. Raises ContractError for the settings that are not."""
    if not isinstance(given, Mapping):
        raise ContractError(f"when={given!r}: give a table, e.g. when = {{ start = 2013-05-01 }}")
    known = [each.name for each in fields(kind)]
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise ContractError(f"{', '.join(unknown)}: there is no such setting, but {', '.join(known)}")
    try:
        return TypeAdapter(kind).validate_python(dict(given))
    except ValidationError as error:
        raise ContractError("; ".join(map(_said, error.errors()))) from error


def _said(problem: Any) -> str:
    setting = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"{setting}: it is missing, give it"
    said = problem["msg"].replace("Input should be", "give").replace("tuple", "list").replace("dictionary", "table")
    return f"{setting}={problem['input']!r}: {said}"
