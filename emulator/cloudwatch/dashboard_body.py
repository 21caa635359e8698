"""What PutDashboard refuses of a dashboard's body.

Source: "Dashboard body structure and syntax" in the Amazon CloudWatch API reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.errors import ServiceError

TYPES = ("alarm", "custom", "explorer", "log", "metric", "text")
COLUMNS = 24
MOST_WIDGETS = 500
_NEEDED = {"alarm": "alarms", "log": "query", "text": "markdown"}  # by type of widget, in its properties


def check(body: str) -> None:
    """Raise InvalidParameterInput with every mistake and where it is."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ServiceError("InvalidParameterInput", f"The dashboard body is not valid JSON: {error}") from error
    mistakes = [{"dataPath": path, "message": message} for path, message in _mistakes(found)]
    if mistakes:
        text = f"The dashboard body is invalid, there are {len(mistakes)} validation errors: {json.dumps(mistakes)}"
        raise ServiceError("InvalidParameterInput", text)


def _mistakes(body: Any) -> Iterator[tuple[str, str]]:
    widgets = body.get("widgets") if isinstance(body, dict) else None
    if not isinstance(widgets, list):
        yield "/", "should be an object with an array 'widgets'"
        return
    if len(widgets) > MOST_WIDGETS:
        yield "/widgets", f"should have at most {MOST_WIDGETS} items"
    for index, widget in enumerate(widgets):
        yield from _widget_mistakes(f"/widgets/{index}", widget)


def _widget_mistakes(path: str, widget: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(widget, dict):
        yield path, "should be an object"
        return
    if widget.get("type") not in TYPES:
        yield f"{path}/type", f"should be one of {', '.join(TYPES)}"
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield f"{path}/properties", "should be an object"
    elif _lacks(widget.get("type"), properties):
        yield f"{path}/properties", f"should have {_NEEDED.get(str(widget.get('type')), 'metrics')!r}"
    for name, most in (("x", COLUMNS - 1), ("width", COLUMNS), ("y", 10**9), ("height", 1000)):
        value = widget.get(name, 1)
        least = 1 if name in ("width", "height") else 0
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield f"{path}/{name}", f"should be an integer from {least} to {most}"


def _lacks(kind: Any, properties: Mapping[str, Any]) -> bool:
    if kind == "metric":
        return not any(name in properties for name in ("metrics", "annotations"))
    return kind in _NEEDED and _NEEDED[kind] not in properties
