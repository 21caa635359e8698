"""Where a table's rows are: the partitions that exist, projected from its properties or registered in Glue.

On AWS projection computes every partition that could be and lists each; here the objects are listed once and those that
projection would reach are kept, which gives the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulator.athena.errors import QueryFailed
from emulator.athena.names import bucket_of
from emulator.athena.sql.table import Table
from emulator.service import Catalog, Objects, StoredObject

_DATE_TOKENS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_NOW = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?")
_DAYS = {"YEAR": 365, "MONTH": 30, "WEEK": 7, "DAY": 1}


@dataclass(frozen=True)
class Partition:
    """The values of a partition's keys, in the table's order, and its objects. A table without keys has one."""

    values: tuple[str, ...]
    bucket: str
    objects: Sequence[StoredObject]


def partitions(table: Table, *, catalog: Catalog, objects: Objects, now: datetime) -> list[Partition]:
    """Those that have objects, in the order of their keys."""
    if not table.partition_keys:
        return [_at((), table.location, objects)]
    if table.projected:
        return _projected(table, objects, now)
    registered = catalog.partitions(table.database, table.name)
    return [_at(tuple(found["Values"]), found["StorageDescriptor"]["Location"], objects) for found in registered]


def _at(values: tuple[str, ...], location: str, objects: Objects) -> Partition:
    bucket, prefix = bucket_of(location.rstrip("/") + "/")
    return Partition(values, bucket, [found for found in objects.list(bucket, prefix) if _visible(found, prefix)])


def _visible(found: StoredObject, prefix: str) -> bool:
    """Athena ignores what begins with an underscore or a dot, and what is empty."""
    parts = found.key.removeprefix(prefix).split("/")
    return found.size > 0 and not any(part.startswith(("_", ".")) for part in parts)


def _projected(table: Table, objects: Objects, now: datetime) -> list[Partition]:
    tests = {key: _test_of(table, key, now) for key in table.partition_keys}
    bucket, template = bucket_of(table.location_template)
    prefix = template.partition("${")[0]
    pattern = re.compile(_pattern(template))
    kept: dict[tuple[str, ...], list[StoredObject]] = {}
    for found in objects.list(bucket, prefix):
        at = pattern.match(found.key)
        if at and _visible(found, at[0]) and all(test(at[key]) for key, test in tests.items()):
            kept.setdefault(tuple(at[key] for key in table.partition_keys), []).append(found)
    return [Partition(values, bucket, kept[values]) for values in sorted(kept)]


def _pattern(template: str) -> str:
    parts = re.split(r"\$\{(\w+)\}", template)
    seen: set[str] = set()
    text = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            text += re.escape(part)
        else:
            text += f"(?P={part})" if part in seen else f"(?P<{part}>[^/]+)"
            seen.add(part)
    return text + "/"


def _test_of(table: Table, key: str, now: datetime) -> Callable[[str], bool]:
    """Whether projection reaches a value of a key. Raises QueryFailed on properties that say nothing."""
    kind = table.parameters.get(f"projection.{key}.type", "").lower()
    property = f"projection.{key}."
    try:
        if kind == "injected":
            return lambda value: True
        if kind == "enum":
            values = {value.strip() for value in table.parameters[property + "values"].split(",")}
            return values.__contains__
        first, last = (end.strip() for end in table.parameters[property + "range"].split(",", 1))
        if kind == "integer":
            return lambda value: value.isdecimal() and int(first) <= int(value) <= int(last)
        if kind == "date":
            return _date_test(table.parameters[property + "format"], (first, last), now)
    except (KeyError, ValueError) as error:
        raise QueryFailed(
            f"INVALID_TABLE_PROPERTY: {table.name}: the properties {property}* are no good: {error}"
        ) from error
    raise QueryFailed(
        f"INVALID_TABLE_PROPERTY: {table.name}: {property}type is {kind!r}, not enum, integer, date or injected"
    )


def _date_test(java: str, ends: Iterable[str], now: datetime) -> Callable[[str], bool]:
    written = re.sub("|".join(_DATE_TOKENS), lambda token: _DATE_TOKENS[token[0]], java.replace("'", ""))
    if re.search(r"[A-Za-z]", re.sub(r"%\w", "", written).replace("T", "")):
        raise ValueError(f"the format {java} has more than {', '.join(_DATE_TOKENS)}")
    first, last = (_moment(end, written, now) for end in ends)

    def test(value: str) -> bool:
        try:
            return first <= datetime.strptime(value, written).replace(tzinfo=UTC) <= last
        except ValueError:
            return False

    return test


def _moment(end: str, written: str, now: datetime) -> datetime:
    at = _NOW.fullmatch(end)
    if at is None:
        return datetime.strptime(end, written).replace(tzinfo=UTC)
    if not at[1]:
        return now
    amount = int(at[1] + at[2])
    if at[3] in _DAYS:
        return now + timedelta(days=amount * _DAYS[at[3]])
    return now + timedelta(**{at[3].lower() + "s": amount})


def injected(table: Table) -> list[str]:
    """The keys whose values projection takes from the query alone."""
    return [key for key in table.partition_keys if _kind(table.parameters, key) == "injected" and table.projected]


def _kind(parameters: Mapping[str, str], key: str) -> str:
    return parameters.get(f"projection.{key}.type", "").lower()
