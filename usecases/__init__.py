"""The use cases, one plug-in per folder: `load` gives the value `USE_CASE` of one, by name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import traceback
from datetime import date
from pathlib import Path
from typing import Protocol, cast

from cumulet.contracts.errors import ContractError, NotFoundError
from cumulet.core.tasks import MultiClass, Regression
from cumulet.core.training_data.labelling import Labelling
from cumulet.core.usecase import UseCase


class Source(Protocol):
    """The system that a use case's data come from; asked for a day, it hands over what it would that night."""

    first_day: date
    last_day: date

    def day(self, day: date) -> dict[str, bytes]:
        """CSV per table: records, outcomes and every side table. Raises NotFoundError for a day it does not have."""
        ...


def names() -> tuple[str, ...]:
    """The names of the use cases there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


def load(name: str) -> UseCase:
    """The use case of this name. Raises NotFoundError naming those that exist, ContractError naming the broken line."""
    _require(name)
    try:
        return cast(UseCase, importlib.import_module(f"usecases.{name}").USE_CASE)
    except Exception as error:  # whatever a plug-in raises is what it did wrong
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path(__file__).parent / name)]
        place = f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else "__init__.py"
        raise ContractError(f"usecases/{name}/{place}: {type(error).__name__}: {error}") from error


def source(name: str) -> Source:
    """The source of the use case of this name. Raises NotFoundError naming those that exist."""
    _require(name)
    return cast(Source, importlib.import_module(f"usecases.{name}.source").Source())


def labelling(name: str) -> Labelling:
    """How the use case of this name is labelled by people and rules: its labelling.py, else its classes without rules.

    Raises ContractError when it predicts a number, or when labelling.py names other classes than its task has.
    """
    use_case = load(name)
    if isinstance(use_case.task, Regression):
        raise ContractError(
            f"{name} predicts a number: votes, label errors and uncertainty (entropy, margin) are defined for classes "
            f"only. Look at a stratified sample instead (`cumulet sample {name} --by COLUMNS`), and correct an outcome "
            f"by handing it over again (`cumulet data correct {name} DAY outcomes FILE`)"
        )
    own = use_case.task.classes if isinstance(use_case.task, MultiClass) else ()
    if importlib.util.find_spec(f"usecases.{name}.labelling") is None:
        return Labelling(own or (f"not {use_case.label.name}", use_case.label.name))
    found = cast(Labelling, importlib.import_module(f"usecases.{name}.labelling").LABELLING)
    if found.classes != own and (own or len(found.classes) != 2):
        raise ContractError(
            f"usecases/{name}/labelling.py has the classes {', '.join(found.classes)}: name those of the label, by "
            f"position: {', '.join(own) or 'two'}"
        )
    return found


def _require(name: str) -> None:
    if name not in names():
        raise NotFoundError(f"use case {name!r}: there is none of this name; there are {', '.join(names())}")
