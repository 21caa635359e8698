"""What a column is to a use case: by its name, by what is in it, or as whoever brings the table has decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cumulet.contracts.errors import ContractError
from cumulet.scaffold.profile import Column

TaskName = Literal["binary", "multiclass", "regression"]
Role = Literal["number", "category", "moment", "label", "time", "id", "identifier", "sensitive", "left out"]

SENSITIVE = ("sex", "gender", "race", "ethnicity", "religion", "disability", "nationality", "orientation", "geschlecht")
PERSONAL = (
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
    "birthday",
    "birthdate",
    "birth",
    "dob",
    "geburtsdatum",
)
WHOSE = {
    "name",
    "first",
    "last",
    "full",
    "given",
    "family",
    "user",
    "customer",
    "client",
    "patient",
    "employee",
    "contact",
}
"""A name of nothing else names a person; `product_name` names a product."""
CATEGORIES = 1_000
"""A text with more distinct values than these, or than half of the rows, names rather than groups."""
DAYS = 20
"""A column of time with fewer days gives no nights to speak of."""
YEARS = 30
"""One that reaches over more years holds birthdays or stand-ins (1900-01-01), not the days on which rows came."""


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
    identifier: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()


def time_of(columns: Mapping[str, Column], choices: Choices) -> Iterable[Decided]:
    """The column of time, where there is one. Raises ContractError when the one that was chosen cannot be it."""
    if choices.time == "none":
        return
    if choices.time:
        column = columns[choices.time]
        if not column.is_moment or column.missing:
            found_instead = f"{column.missing} are blank" if column.is_moment else f"it holds {column.kind}s"
            raise ContractError(
                f"--time {column.name}: it needs a date or a time in every row ({found_instead}): write dates as "
                "YYYY-MM-DD, times as YYYY-MM-DD HH:MM:SS, or say --time none"
            )
        yield Decided(column, "time")
        return
    found = [column for column in columns.values() if _can_be_time(column)]
    if found:
        yield Decided(found[0], "time", "the first column with a moment in every row")


def _can_be_time(column: Column) -> bool:
    if not column.is_moment or column.missing or column.distinct < DAYS or _is_personal(column):
        return False
    return bool(column.maximum.year - column.minimum.year <= YEARS)


def _is_personal(column: Column) -> bool:
    words = set(column.field.strip("_").split("_"))
    return bool(_parts(column) & set(PERSONAL)) or ("name" in words and words <= WHOSE)


def _parts(column: Column) -> set[str]:
    """The words of its name, and the name itself."""
    whole = column.field.strip("_")
    return {*whole.split("_"), whole}


def id_of(columns: Mapping[str, Column], choices: Choices) -> Iterable[Decided]:
    """The column that names its row and nobody, where there is one."""
    free = [column for column in columns.values() if column.name not in choices.identifier]
    named = [column for column in free if column.is_unique and column.is_plain and column.kind in ("string", "integer")]
    keys = [column for column in named if column.field.rstrip("_") in ("id", "key", "nr", "no", "number", "index")]
    ends = [column for column in named if column.field.endswith(("_id", "_key", "_nr", "_no"))]
    for column in (keys + ends)[:1]:
        yield Decided(column, "id", "no two rows share it")


def role_of(column: Column, choices: Choices) -> Decided:
    """What any other column is. Raises ContractError for an identifier that is no text."""
    parts = _parts(column)
    if column.name in choices.leave_out:
        return Decided(column, "left out", "as you said")
    if column.holds:
        return Decided(column, "left out", f"each row holds a {column.holds}, not a value")
    if column.name in choices.identifier:
        if column.kind != "string":
            raise ContractError(f"--identifier {column.name}: only a column of text can be one, this is {column.kind}")
        return Decided(column, "identifier", "names somebody: its pseudonym takes its place, the model never sees it")
    if column.distinct <= 1:
        return Decided(column, "left out", "it says the same in every row" if column.distinct else "it is blank")
    if column.name in choices.sensitive or (not choices.sensitive and parts & set(SENSITIVE)):
        return Decided(column, "sensitive", "judged by group, not given to the model")
    if _is_personal(column):
        return Decided(column, "left out", "personal data")
    if column.is_moment:
        return Decided(column, "moment")
    if column.is_number:
        named = column.counts_rows or (
            column.is_unique and column.kind == "integer" and bool(parts & {"id", "key", "index"})
        )
        return Decided(column, "left out", "it names the row") if named else Decided(column, "number")
    if column.is_prose:
        return Decided(column, "left out", "free text")
    if column.distinct > min(CATEGORIES, column.rows / 2):
        if column.looks_dated:
            return Decided(column, "left out", "dates in several forms? Write them as YYYY-MM-DD")
        return Decided(column, "left out", f"{column.distinct} distinct texts name, they do not group")
    return Decided(column, "category")
