"""The page on which one labels with keys; it works from a file, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cumulet.contracts.manifests import sha256
from cumulet.reports import document

LETTERS = "abcefghijklmnopqrstuvwxyz"
"""Keys of classes beyond the ninth; d downloads."""


def keys_of(classes: Sequence[str]) -> list[str]:
    """The key of each class: its own name where all names are one character, else 1 to 9 and then letters; "" for none.

    >>> keys_of(["0", "1"]), keys_of(["on time", "late"])
    (['0', '1'], ['1', '2'])
    """
    if all(len(name) == 1 for name in classes):
        return list(classes)
    keys = [*"123456789", *LETTERS]
    return [keys[n] if n < len(keys) else "" for n in range(len(classes))]


def render(
    use_case: str,
    classes: Sequence[str],
    questions: Sequence[Mapping[str, Any]],
    pictures: Sequence[str] = (),
    *,
    by: str,
    then: str,
) -> str:
    """The page of some questions, each with its picture (data URI) where there are some.

    `by` is what is unsure of them; `then` is the command that takes the answers in.

    What was answered on it is kept in the browser under the questions' hash.
    """
    asked = json.dumps(list(questions), ensure_ascii=False, default=str)
    value = {
        "questions": json.loads(asked),
        "classes": list(classes),
        "keys": keys_of(classes),
        "pictures": list(pictures),
        "name": sha256(asked.encode())[:16],
    }
    return document.render(
        f"{len(questions)} questions about {use_case}",
        [f"The records whose labels would teach most, and not all of one kind. Uncertain by {by}."],
        template="questions.html.j2",
        then=then,
        keys=[(key, name) for key, name in zip(keys_of(classes), classes, strict=True) if key],
        data=_in_script(json.dumps(value, ensure_ascii=False)),
    )


def _in_script(text: str) -> str:
    """JSON that may stand inside a script element: no value can end it."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
