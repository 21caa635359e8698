"""The Query protocol (form in, XML out), which older SDKs and tools speak, driven by botocore's service model."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from botocore.model import Shape

from emulator.errors import ServiceError
from emulator.service import Request, Response

NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"
_HEADERS = {"content-type": "text/xml"}

Tree = dict[str, Any]  # the parameters by the parts of their dotted names; a value is at the empty part


def is_query(request: Request) -> bool:
    """Whether the caller speaks Query: it says neither a target nor another protocol."""
    return "x-amz-target" not in request.headers and "smithy-protocol" not in request.headers


def parameters(request: Request, body: bytes) -> Tree:
    """The form's (or the address's) parameters as a tree."""
    pairs = [*parse_qsl(body.decode(), keep_blank_values=True)]
    pairs += [(name, value) for name, values in request.query.items() for value in values]
    tree: Tree = {}
    for name, value in pairs:
        node = tree
        for part in name.split("."):
            node = node.setdefault(part, {})
        node[""] = value
    return tree


def text_of(tree: Tree, name: str) -> str:
    """A parameter's text, or an empty one."""
    return str(tree.get(name, {}).get("", ""))


def value_of(tree: Tree, shape: Shape) -> Any:
    """What a tree says, as the shape types it. Raises MalformedInput where it cannot."""
    kind = shape.type_name
    if kind == "structure":
        return {name: value_of(tree[name], member) for name, member in shape.members.items() if name in tree}
    if kind == "list":
        return [value_of(item, shape.member) for item in _numbered(tree.get("member", tree))]
    if kind == "map":
        pairs = _numbered(tree.get("entry", tree))
        return {text_of(pair, "key"): value_of(pair.get("value", {}), shape.value) for pair in pairs}
    text = str(tree.get("", ""))
    try:
        return _SCALARS.get(kind, str)(text)
    except ValueError as error:
        raise ServiceError("MalformedInput", f"{text!r} is no {kind}") from error


def _numbered(tree: Tree) -> list[Tree]:
    return [tree[key] for key in sorted((key for key in tree if key.isdecimal()), key=int)]


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_SCALARS: dict[str, Callable[[str], Any]] = {
    "blob": base64.b64decode,
    "boolean": _boolean,
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
}


def encode(operation: str, answer: Mapping[str, Any], shape: Shape | None) -> Response:
    """The answer to a call."""
    result = f"<{operation}Result>{_members(answer, shape)}</{operation}Result>" if shape else ""
    return Response(200, _document(f"{operation}Response", result + _metadata()), _HEADERS)


def encode_error(error: ServiceError) -> Response:
    """An error."""
    fault = "Sender" if error.status < 500 else "Receiver"
    body = f"<Type>{fault}</Type><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    content = f"<Error>{body}</Error><RequestId>{uuid4()}</RequestId>"
    return Response(error.status, _document("ErrorResponse", content), _HEADERS)


def _document(name: str, content: str) -> bytes:
    return f'<{name} xmlns="{NAMESPACE}">{content}</{name}>'.encode()


def _metadata() -> str:
    return f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"


def _members(value: Mapping[str, Any], shape: Shape) -> str:
    return "".join(
        f"<{name}>{_xml(value[name], member)}</{name}>"
        for name, member in shape.members.items()
        if value.get(name) is not None
    )


def _xml(value: Any, shape: Shape) -> str:
    kind = shape.type_name
    if kind == "structure":
        return _members(value, shape)
    if kind == "list":
        return "".join(f"<member>{_xml(item, shape.member)}</member>" for item in value)
    if kind == "map":
        return "".join(
            f"<entry><key>{escape(key)}</key><value>{_xml(item, shape.value)}</value></entry>"
            for key, item in value.items()
        )
    if kind == "boolean":
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if kind == "blob":
        return base64.b64encode(value).decode()
    return escape(str(value))
