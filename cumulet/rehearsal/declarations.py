"""Laws about what a use case declares: the settings beside it, the columns that it names, what its code imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import usecases
from cumulet.contracts.closure import OWN, closure
from cumulet.contracts.errors import ContractError
from cumulet.contracts.settings import UseCaseSettings
from cumulet.core.marks import marked
from cumulet.core.schema import rows
from cumulet.core.usecase import UseCase
from cumulet.rehearsal.days import Rehearsal

ROOT = Path(usecases.__file__).parent.parent
SERVED = ("numpy",)
"""The wheels that every function brings, and that a use case may import."""


def a_day_is_handed_over_alike(of: Rehearsal) -> Iterator[str]:
    """A day handed over twice is the same to the byte, and its records are of that day."""
    yield from of.odd[:3]


def the_settings_agree(of: Rehearsal) -> Iterator[str]:
    """usecase.toml says what __init__.py says: name, cut-off, time zone, identifiers."""
    use_case = of.use_case
    try:
        settings = UseCaseSettings.load(ROOT / "usecases" / use_case.name / "usecase.toml")
    except ContractError as error:
        yield str(error)
        return
    both = {
        "name": (settings.name, use_case.name),
        "cut_off_hour": (settings.cut_off_hour, use_case.cut_off.hour),
        "time_zone": (settings.time_zone, use_case.cut_off.time_zone),
        "identifiers in [privacy]": (settings.privacy.identifiers, bool(marked(use_case, "identifier"))),
    }
    for name, (said, declared) in both.items():
        if said != declared:
            yield (
                f"usecase.toml says {name} is {said!r}, the code {declared!r}: make them the same, or nights start and "
                "keys are made for another use case than this."
            )


def what_is_declared_is_there(of: Rehearsal) -> Iterator[str]:
    """Every column that the declaration names is in its table."""
    use_case = of.use_case
    for place, name, there in _named(use_case, set(of.columns)):
        if name not in there:
            yield f"{place} names {name!r}, which is no column; there are {', '.join(sorted(there))}."
    doubled = sorted({name for name in use_case.feature_names if use_case.feature_names.count(name) > 1})
    if doubled:
        yield f"feature_names has {', '.join(doubled)} more than once: drift is watched by name, so name each once."
    for name, of_columns in use_case.watched.items():
        found = np.asarray(of_columns(of.columns))
        if found.shape != (rows(of.columns),):
            yield f"watched[{name!r}] gives shape {found.shape}, expected one number per record ({rows(of.columns)},)."


def _named(use_case: UseCase, columns: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    """Who names which column, and the columns that may be named there."""
    derived = set(use_case.context.derived)
    records, outcomes = {*use_case.schema.names} | derived, {*use_case.outcomes.names}
    columns = columns | derived
    yield "event_time", use_case.event_time, {*use_case.schema.names}
    for place, names in (("slices", use_case.slices), ("sensitive", use_case.sensitive)):
        yield from ((place, name, columns) for name in names)
    for baseline in use_case.baselines:
        yield from ((f"baseline {baseline.name!r}", name, columns) for name in baseline.keys)
    for group in use_case.context.groups:
        yield from (("a group of context features", name, records) for name in group)
    yield from (("label.keep", name, outcomes) for name in use_case.label.keep)


def serving_has_what_it_imports(of: Rehearsal) -> Iterator[str]:
    """The use case imports what a Lambda has: the standard library, numpy, and this project."""
    try:
        files = closure(ROOT, [f"usecases.{of.use_case.name}"])
    except ContractError as error:
        yield f"{error}: write `from usecases.{of.use_case.name}.schema import …`."
        return
    for file in files:
        if file.parts[0] != "usecases":
            continue
        for line, name in _imports(ast.parse((ROOT / file).read_bytes())):
            if name not in sys.stdlib_module_names and name not in (*OWN, *SERVED):
                yield (
                    f"{file}, line {line}: imports {name}, which no Lambda has (they bring numpy alone): write it with "
                    "numpy, or move it to source.py, which runs elsewhere."
                )


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module.split(".")[0]
