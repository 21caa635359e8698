"""A shift as a TOML file: a title, a seed, and knobs; what does not fit is refused with its remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

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
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"the shift is not TOML: {error}; a knob is\n{EXAMPLE}") from error
    unknown = sorted(given.keys() - {"title", "seed", "knob"})
    if unknown or not isinstance(given.get("knob"), list) or not given["knob"]:
        raise ContractError(
            f"a shift has title, seed and [[knob]], found {', '.join(sorted(given))}; a knob is\n{EXAMPLE}"
        )
    knobs = tuple(_knob(number, each, use_case) for number, each in enumerate(given["knob"], 1))
    return Shift(str(given.get("title", "")), int(given.get("seed", 0)), knobs)


def _knob(number: int, given: Mapping[str, Any], use_case: UseCase) -> Knob:
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


def _made(kind: type[Any], given: Mapping[str, Any]) -> Any:
    known = [each.name for each in fields(kind)]
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise ContractError(f"{', '.join(unknown)}: there is no such setting, but {', '.join(known)}")
    try:
        return kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in given.items()})
    except TypeError as error:
        raise ContractError(str(error).split(") ")[-1].replace("keyword-only ", "")) from error
