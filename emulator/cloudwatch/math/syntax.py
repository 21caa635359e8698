"""The trees that expressions of metric math are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True)
class Text:
    """A string, e.g. of METRICS("errors")."""

    value: str


@dataclass(frozen=True)
class Name:
    """The id of a metric or an expression, or a word such as REPEAT."""

    value: str


@dataclass(frozen=True)
class Array:
    """[a, b]."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Call:
    """FUNCTION(a, b); an operator is called by its symbol, unary minus `neg`."""

    name: str
    arguments: tuple[Node, ...]


Node = Number | Text | Name | Array | Call


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it."""
    yield node
    for inner in node.items if isinstance(node, Array) else node.arguments if isinstance(node, Call) else ():
        yield from walk(inner)
