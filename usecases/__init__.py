"""The use cases, one plug-in per folder: `load` gives the value `USE_CASE` of one, by name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import traceback
from datetime import date
from pathlib import Path
from typing import Protocol, cast

from cumulet.contracts.errors import ContractError, CumuletError, NotFoundError
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
        found = cast(UseCase, importlib.import_module(f"usecases.{name}").USE_CASE)
    except Exception as error:  # whatever a plug-in raises is what it did wrong
        raise ContractError(blamed(name, error)) from error
    if found.name != name:
        raise ContractError(f"usecases/{name}/__init__.py: name={found.name!r}: a use case is named like its folder")
    return found


def blamed(name: str, error: Exception, file: str = "__init__.py") -> str:
    """What a use case's code has raised, and the last line of its own on the way there; without one, the file."""
    folder = Path(__file__).parent / name
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames]
    places += [(str(error.filename), error.lineno)] if isinstance(error, SyntaxError) else []
    own = [place for place in places if Path(place[0]).is_relative_to(folder)]
    where = f"{Path(own[-1][0]).name}, line {own[-1][1]}" if own else file
    what = error.msg if isinstance(error, SyntaxError) else error
    return f"usecases/{name}/{where}: {type(error).__name__}: {what}"


def source(name: str) -> Source:
    """The source of the use case of this name. Raises NotFoundError naming those that exist, ContractError naming the
    broken line."""
    _require(name)
    try:
        return cast(Source, importlib.import_module(f"usecases.{name}.source").Source())
    except CumuletError:  # says what is wrong and what to do
        raise
    except Exception as error:  # whatever a plug-in raises is what it did wrong
        raise ContractError(blamed(name, error, "source.py")) from error


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
        if (Path(__file__).parent / name).is_dir() and name.isidentifier():
            raise NotFoundError(f"usecases/{name} has no __init__.py with its USE_CASE: see usecases/flights")
        raise NotFoundError(f"use case {name!r}: there is none of this name; there are {', '.join(names())}")
