"""The embedded metric format: a JSON log line that says which of its members are metrics.

Source: "Specification: Embedded metric format" in the Amazon CloudWatch user guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MOST_METRICS = 100
MOST_VALUES = 100
MOST_DIMENSIONS = 30


@dataclass(frozen=True)
class Found:
    """A datum as PutMetricData takes it, without its time."""

    namespace: str
    datum: dict[str, Any]
    at: datetime | None  # the document's own time


class MalformedDocument(ValueError):
    """It says that it has metrics, and breaks the specification; the message says where."""


def document(line: str) -> Mapping[str, Any] | None:
    """The document in a log line, maybe after Lambda's prefix; None when it has no metrics."""
    if '"_aws"' not in line or '"CloudWatchMetrics"' not in line:
        return None
    try:
        found = json.loads(line[line.index("{") :])
    except ValueError:
        return None
    metadata = found.get("_aws") if isinstance(found, dict) else None
    return found if isinstance(metadata, dict) and isinstance(metadata.get("CloudWatchMetrics"), list) else None


def metrics(found: Mapping[str, Any]) -> Iterator[Found]:
    """The data of a document. Raises MalformedDocument."""
    stamp = found["_aws"].get("Timestamp")
    if not isinstance(stamp, (int, float)) or isinstance(stamp, bool):
        raise MalformedDocument("_aws.Timestamp: expected milliseconds since 1970")
    at = datetime.fromtimestamp(stamp / 1000, UTC)
    for directive in found["_aws"]["CloudWatchMetrics"]:
        if not isinstance(directive, dict) or not isinstance(directive.get("Namespace"), str):
            raise MalformedDocument("each directive needs a Namespace")
        definitions = directive.get("Metrics")
        if not isinstance(definitions, list) or len(definitions) > MOST_METRICS:
            raise MalformedDocument(f"Metrics: expected a list of at most {MOST_METRICS}")
        for dimensions in _dimension_sets(directive, found):
            for definition in definitions:
                yield Found(directive["Namespace"], {**_datum(definition, found), "Dimensions": dimensions}, at)


def _dimension_sets(directive: Mapping[str, Any], found: Mapping[str, Any]) -> list[list[dict[str, str]]]:
    sets = directive.get("Dimensions", [[]])
    if not isinstance(sets, list) or not all(isinstance(names, list) for names in sets):
        raise MalformedDocument("Dimensions: expected a list of lists of names")
    for name in (name for names in sets for name in names):
        if not isinstance(found.get(name), str):
            raise MalformedDocument(f"the dimension {name!r} is no member of the document with a string value")
    if any(len(names) > MOST_DIMENSIONS for names in sets):
        raise MalformedDocument(f"Dimensions: at most {MOST_DIMENSIONS} in a set")
    return [[{"Name": name, "Value": found[name]} for name in names] for names in sets or [[]]]


def _datum(definition: Any, found: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(definition, dict) or not isinstance(definition.get("Name"), str):
        raise MalformedDocument("each metric needs a Name")
    given = found.get(definition["Name"])
    values: list[Any] = given if isinstance(given, list) else [given]
    if not 1 <= len(values) <= MOST_VALUES or not all(_is_number(value) for value in values):
        raise MalformedDocument(f"the metric {definition['Name']!r} needs a number, or 1 to {MOST_VALUES} of them")
    options = {name: definition[name] for name in ("Unit", "StorageResolution") if name in definition}
    return {"MetricName": definition["Name"], "Values": [float(value) for value in values], **options}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
