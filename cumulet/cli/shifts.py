"""Shifts as the command line finds them: a file, or the name of one that the use case brings."""

from __future__ import annotations

from pathlib import Path

from cumulet.adapters.shifted_days import ShiftedDays
from cumulet.cli.target import ROOT
from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.core.simulator.declaration import Shift, read
from cumulet.core.simulator.originals import Days
from cumulet.core.simulator.source import ShiftedSource
from cumulet.core.usecase import UseCase


def folder(use_case: str) -> Path:
    """Where a use case keeps its shifts."""
    return ROOT / "usecases" / use_case / "shifts"


def names(use_case: str) -> list[str]:
    """The names of the shifts that a use case brings."""
    return sorted(path.stem for path in folder(use_case).glob("*.toml"))


def load(use_case: UseCase, name: str) -> Shift:
    """The shift of a file or a name. Raises NotFoundError with those there are, ContractError when one does not fit."""
    for path in (Path(name), folder(use_case.name) / f"{name}.toml"):
        if path.is_file():
            try:
                return read(path.read_text(encoding="utf-8"), use_case)
            except UnicodeDecodeError as error:
                raise ContractError(f"{path} is not UTF-8 text ({error}): a shift is a TOML file") from error
    there = ", ".join(names(use_case.name)) or "none"
    raise NotFoundError(f"shift {name!r}: no such file, and {use_case.name} brings {there}")


def asked(use_case: UseCase, name: str) -> ShiftedDays | None:
    """A shift as a lake keeps it: by the name that finds it again; None for no name."""
    if not name:
        return None
    shift = load(use_case, name)
    return ShiftedDays(name, shift.title, shift.digest, str(shift.start))


def shifted(source: Days, use_case: UseCase, shift: Shift) -> ShiftedSource:
    """The source with its days shifted."""
    return ShiftedSource(source, use_case, shift)
