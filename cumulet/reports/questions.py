"""The page on which one labels with keys; it works from a file, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cumulet.contracts.manifests import sha256
from cumulet.reports import document


def render(use_case: str, classes: Sequence[str], questions: Sequence[Mapping[str, Any]]) -> str:
    """The page of some questions; what was answered on it is kept in the browser under the questions' hash."""
    asked = json.dumps(list(questions), ensure_ascii=False, default=str)
    value = {"questions": json.loads(asked), "classes": list(classes), "name": sha256(asked.encode())[:16]}
    return document.render(
        f"{len(questions)} questions about {use_case}",
        ["The records whose labels would teach most: the model is unsure of them, and they are not all of one kind."],
        template="questions.html.j2",
        use_case=use_case,
        classes=list(classes),
        data=_in_script(json.dumps(value, ensure_ascii=False)),
    )


def _in_script(text: str) -> str:
    """JSON that may stand inside a script element: no value can end it."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
