"""What a query string can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a second of imports that an emulator without queries does not need
    from sqlglot import exp


@dataclass(frozen=True)
class Query:
    """A SELECT and its like, parsed, its parameters filled in."""

    expression: exp.Expr
    text: str


@dataclass(frozen=True)
class Utility:
    """SHOW … or DESCRIBE …, by its name; an empty database is that of the context."""

    name: str
    database: str = ""
    table: str = ""
    pattern: str = ""
