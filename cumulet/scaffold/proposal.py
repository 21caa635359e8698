"""What the columns of a table are to a use case: proposed from their profile, decided by whoever brings it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from cumulet.contracts.errors import ContractError
from cumulet.scaffold.profile import Column
from cumulet.scaffold.roles import Choices, Decided, Role, TaskName, id_of, role_of, time_of

LABELS = ("label", "target", "outcome", "class", "y", "churn", "default", "survived", "price", "sales", "demand")
YES = ("yes", "true", "1", "y", "positive", "late", "churned", "survived", "ja", "oui", "sí")
SHOWN = 30
"""So many columns are listed by name."""
MOST_CLASSES = 50
"""More are refused, whatever is said."""
CLASSES = 20
"""More distinct labels than these are numbers, or too many classes."""


@dataclass(frozen=True)
class Proposal:
    """Every column with its role, and what is predicted."""

    columns: tuple[Decided, ...]
    task: TaskName
    classes: tuple[str, ...] = ()
    """Of several classes all of them, of two the other one and then the positive one."""

    def of(self, *roles: Role) -> tuple[Column, ...]:
        """The columns of these roles, in the table's order."""
        return tuple(each.column for each in self.columns if each.role in roles)

    @property
    def label(self) -> Column:
        """The column that is predicted."""
        return self.of("label")[0]

    @property
    def time(self) -> Column | None:
        """The column that says to which day a row belongs."""
        return next(iter(self.of("time")), None)

    @property
    def id(self) -> Column | None:
        """The column that names a row."""
        return next(iter(self.of("id")), None)


def guess_label(columns: Mapping[str, Column]) -> str:
    """The column whose name is a label's; empty when none is or several are."""
    found = [name for name, column in columns.items() if column.field.strip("_") in LABELS]
    return found[0] if len(found) == 1 else ""


def named(choices: Choices) -> tuple[str, ...]:
    """The columns that were named."""
    return (choices.label, choices.time, *choices.identifier, *choices.sensitive, *choices.leave_out)


def propose(columns: Mapping[str, Column], choices: Choices) -> Proposal:
    """A role for every column. Raises ContractError naming the flag that decides what cannot be known."""
    for name in filter(None, named(choices)):
        if name not in columns and name != "none":
            raise ContractError(f"there is no column {name!r}; {like(name, columns)}")
    label = columns.get(choices.label or guess_label(columns))
    if label is None:
        raise ContractError(f"which column is to be predicted? Say --label NAME; {like('', columns)}")
    if label.distinct < 2:
        said = f"holds {label.values[0]!r} in every row" if label.values else "holds no value"
        raise ContractError(f"{label.name!r} {said}: there is nothing to predict")
    task = choices.task or _task(label)
    if task == "regression" and not label.is_number:
        raise ContractError(f"--task regression: {label.name!r} holds {label.kind}s, not numbers")
    if task == "multiclass" and not 2 <= label.distinct <= MOST_CLASSES:
        raise ContractError(
            f"--task multiclass: {label.name!r} has {label.distinct} distinct values, at most {MOST_CLASSES}"
        )
    decided = {label.name: Decided(label, "label")}
    rest = {name: column for name, column in columns.items() if name != label.name}
    for find in (time_of, id_of):
        for each in find(rest, choices):
            decided[each.column.name] = each
            rest.pop(each.column.name)
    decided |= {name: role_of(column, choices) for name, column in rest.items()}
    classes = () if task == "regression" else _classes(label, task, choices.positive)
    found = Proposal(tuple(decided[name] for name in columns), task, classes)
    if not found.of("number", "category", "moment", "time"):
        raise ContractError(f"no column is left to predict {label.name!r} from: give more, or leave fewer out")
    return found


def like(name: str, columns: Iterable[str]) -> str:
    """Which columns there are, the one that is nearly called so first."""
    there = list(columns)
    by_small = {each.strip().lower(): each for each in reversed(there)}
    near = get_close_matches(name.strip().lower(), by_small, 1)
    more = f", … {len(there)} in all" if len(there) > SHOWN else ""
    return (f"do you mean {by_small[near[0]]!r}? There" if near else "there") + f" are {', '.join(there[:SHOWN])}{more}"


def _task(label: Column) -> TaskName:
    if label.is_moment:
        raise ContractError(f"{label.name!r} holds dates: predict a number or a class, e.g. the days until then")
    if label.distinct == 2:
        return "binary"
    if label.is_number and (label.kind == "number" or label.distinct > CLASSES // 2):
        return "regression"
    if label.distinct > CLASSES:
        raise ContractError(
            f"{label.name!r} has {label.distinct} classes, at most {CLASSES}: group the rare ones first, or say "
            f"--task multiclass (up to {MOST_CLASSES})"
        )
    return "multiclass"


def _classes(label: Column, task: TaskName, positive: str) -> tuple[str, ...]:
    values = tuple(str(value) for value in label.values)
    if task == "multiclass":
        return tuple(sorted(values))
    if len(values) != 2:
        raise ContractError(f"{label.name!r} has {label.distinct} distinct values, binary wants 2: say --task")
    if positive and positive not in values:
        raise ContractError(f"--positive {positive}: {label.name!r} has {' and '.join(values)}")
    chosen = positive or next((value for value in values if value.lower() in YES), values[1])
    return (next(value for value in values if value != chosen), chosen)
