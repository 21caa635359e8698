"""Shifts as the command line finds them: a file, the name of one that the use case brings, or of one that fits any."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cumulet.adapters.shifted_days import ShiftedDays
from cumulet.cli.target import ROOT
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.contracts.settings import UseCaseSettings
from cumulet.core.simulator.declaration import Shift, read
from cumulet.core.simulator.derived import derived
from cumulet.core.simulator.originals import Days
from cumulet.core.simulator.source import ShiftedSource
from cumulet.core.usecase import UseCase

SETTLED = 14
"""Shifts that fit any use case begin so many nights after the first one of its demo (half of them, where it has few): a
model is live, and nights have labels."""


def folder(use_case: str) -> Path:
    """Where a use case keeps its shifts."""
    return ROOT / "usecases" / use_case / "shifts"


def texts(use_case: UseCase) -> dict[str, str]:
    """The shifts that can be named, as TOML: those that the use case brings, then those that are derived from it."""
    own = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder(use_case.name).glob("*.toml"))}
    demo = UseCaseSettings.load(ROOT / "usecases" / use_case.name / "usecase.toml").demo
    others = derived(use_case, demo.first_night + timedelta(days=min(SETTLED, demo.nights // 2))) if demo else {}
    return own | {name: toml for name, toml in others.items() if name not in own}


def load(use_case: UseCase, name: str) -> Shift:
    """The shift of a file or a name. Raises NotFoundError with those there are, ContractError when one does not fit."""
    return read(text(use_case, name), use_case)


def text(use_case: UseCase, name: str) -> str:
    """The TOML of a file or a name. Raises NotFoundError with those there are, ContractError for what is no text."""
    if Path(name).is_file():
        try:
            return Path(name).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ContractError(f"{name} is not UTF-8 text ({error}): a shift is a TOML file") from error
    found = texts(use_case)
    if name in found:
        return found[name]
    there = ", ".join(found) or "none"
    raise NotFoundError(f"shift {name!r}: no such file, and {use_case.name} has {there}")


def asked(use_case: UseCase, name: str) -> ShiftedDays | None:
    """A shift as a lake keeps it: by the name that finds it again; None for no name."""
    if not name:
        return None
    shift = load(use_case, name)
    return ShiftedDays(name, shift.title, shift.digest, str(shift.start))


def shifted(source: Days, use_case: UseCase, shift: Shift) -> ShiftedSource:
    """The source with its days shifted."""
    return ShiftedSource(source, use_case, shift)
