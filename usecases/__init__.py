"""The use cases, one plug-in per folder: `load` gives the value `USE_CASE` of one, by name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from datetime import date
from typing import Protocol, cast

from cumulet.contracts.errors import NotFoundError
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
    """The use case of this name. Raises NotFoundError naming those that exist."""
    _require(name)
    return cast(UseCase, importlib.import_module(f"usecases.{name}").USE_CASE)


def source(name: str) -> Source:
    """The source of the use case of this name. Raises NotFoundError naming those that exist."""
    _require(name)
    return cast(Source, importlib.import_module(f"usecases.{name}.source").Source())


def labelling(name: str) -> Labelling:
    """How the use case of this name is labelled by people and rules. Raises NotFoundError when it does not say."""
    _require(name)
    if importlib.util.find_spec(f"usecases.{name}.labelling") is None:
        raise NotFoundError(
            f"usecases/{name}/labelling.py is missing: give it LABELLING, a cumulet.core.training_data.labelling."
            "Labelling with the classes by position and, if you like, labelling functions; flights has an example"
        )
    return cast(Labelling, importlib.import_module(f"usecases.{name}.labelling").LABELLING)


def _require(name: str) -> None:
    if name not in names():
        raise NotFoundError(f"use case {name!r}: there is none of this name; there are {', '.join(names())}")
