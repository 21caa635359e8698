"""What the columns of a table are to a use case: proposed from their profile, decided by whoever brings it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cumulet.contracts.errors import ContractError
from cumulet.scaffold.profile import Column

TaskName = Literal["binary", "multiclass", "regression"]
Role = Literal["number", "category", "moment", "label", "time", "id", "sensitive", "left out"]

LABELS = ("label", "target", "outcome", "class", "y", "churn", "default", "survived", "price", "sales", "demand")
YES = ("yes", "true", "1", "y", "positive", "late", "churned", "survived", "ja", "oui", "sí")
SENSITIVE = ("sex", "gender", "race", "ethnicity", "religion", "disability", "nationality", "orientation", "geschlecht")
PERSONAL = (
    "name",
    "surname",
    "email",
    "e_mail",
    "mail",
    "phone",
    "telephone",
    "mobile",
    "address",
    "street",
    "iban",
    "ssn",
)
CLASSES = 20
"""More distinct labels than these are numbers, or too many classes."""
CATEGORIES = 1_000
"""A text with more distinct values than these, or than half of the rows, names rather than groups."""
DAYS = 20
"""A column of time with fewer days gives no nights to speak of."""


@dataclass(frozen=True)
class Decided:
    """A column and what it is."""

    column: Column
    role: Role
    why: str = ""


@dataclass(frozen=True)
class Choices:
    """What whoever brings the table has decided; empty where it is left to the proposal."""

    label: str = ""
    task: TaskName | Literal[""] = ""
    positive: str = ""
    time: str = ""
    """`none`: no calendar."""
    sensitive: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()


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


def propose(columns: Mapping[str, Column], choices: Choices) -> Proposal:
    """A role for every column. Raises ContractError naming the flag that decides what cannot be known."""
    for name in filter(None, (choices.label, choices.time, *choices.sensitive, *choices.leave_out)):
        if name not in columns and name != "none":
            raise ContractError(f"there is no column {name!r}; there are {', '.join(columns)}")
    label = columns.get(choices.label or guess_label(columns))
    if label is None:
        raise ContractError(f"which column is to be predicted? Say --label NAME; there are {', '.join(columns)}")
    if label.distinct < 2:
        raise ContractError(f"{label.name!r} has {label.distinct} distinct values: there is nothing to predict")
    task = choices.task or _task(label)
    decided = {label.name: Decided(label, "label")}
    rest = {name: column for name, column in columns.items() if name != label.name}
    for find in (_time, _id):
        for each in find(rest, choices):
            decided[each.column.name] = each
            rest.pop(each.column.name)
    decided |= {name: _role(column, choices) for name, column in rest.items()}
    classes = () if task == "regression" else _classes(label, task, choices.positive)
    return Proposal(tuple(decided[name] for name in columns), task, classes)


def _task(label: Column) -> TaskName:
    if label.is_moment:
        raise ContractError(f"{label.name!r} holds dates: predict a number or a class, e.g. the days until then")
    if label.distinct == 2:
        return "binary"
    if label.is_number and (label.kind == "number" or label.distinct > CLASSES // 2):
        return "regression"
    if label.distinct > CLASSES:
        raise ContractError(
            f"{label.name!r} has {label.distinct} classes, at most {CLASSES}: group the rare ones first"
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


def _time(columns: Mapping[str, Column], choices: Choices) -> Iterable[Decided]:
    if choices.time == "none":
        return
    if choices.time:
        column = columns[choices.time]
        if not column.is_moment or column.missing:
            raise ContractError(f"--time {column.name}: it needs a date or a time in every row")
        yield Decided(column, "time")
        return
    found = [
        column for column in columns.values() if column.is_moment and not column.missing and column.distinct >= DAYS
    ]
    if found:
        yield Decided(found[0], "time", "the first column with a moment in every row")


def _id(columns: Mapping[str, Column], choices: Choices) -> Iterable[Decided]:
    named = [column for column in columns.values() if column.is_unique and column.kind in ("string", "integer")]
    keys = [column for column in named if column.field.rstrip("_") in ("id", "key", "nr", "no", "number", "index")]
    ends = [column for column in named if column.field.endswith(("_id", "_key", "_nr", "_no"))]
    for column in (keys + ends)[:1]:
        yield Decided(column, "id", "no two rows share it")


def _role(column: Column, choices: Choices) -> Decided:
    parts = set(column.field.strip("_").split("_")) | {column.field.strip("_")}
    if column.name in choices.leave_out:
        return Decided(column, "left out", "as you said")
    if column.distinct <= 1:
        return Decided(column, "left out", "it says the same in every row" if column.distinct else "it is blank")
    if column.name in choices.sensitive or (not choices.sensitive and parts & set(SENSITIVE)):
        return Decided(column, "sensitive", "judged by group, not given to the model")
    if parts & set(PERSONAL):
        return Decided(column, "left out", "personal data")
    if column.is_moment:
        return Decided(column, "moment")
    if column.is_number:
        named = column.is_unique and column.kind == "integer" and bool(parts & {"id", "key", "index"})
        return Decided(column, "left out", "it names the row") if named else Decided(column, "number")
    if column.is_prose:
        return Decided(column, "left out", "free text")
    if column.distinct > min(CATEGORIES, column.rows / 2):
        return Decided(column, "left out", f"{column.distinct} distinct texts name, they do not group")
    return Decided(column, "category")
