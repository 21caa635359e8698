"""The grammar of metric math, by recursive descent.

expression := and (("OR" | "||") and)*            and    := comparison (("AND" | "&&") comparison)*
comparison := sum (("==" | "!=" | "<=" | ...) sum)*
sum        := product (("+" | "-") product)*      product := sign (("*" | "/") sign)*
sign       := "-" sign | power                    power   := atom ("^" sign)?
atom       := number | "string" | identifier | NAME "(" [expression ("," expression)*] ")" | "(" expression ")"
            | "[" [expression ("," expression)*] "]"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from emulator.cloudwatch.errors import invalid_request
from emulator.cloudwatch.math.syntax import Array, Call, Name, Node, Number, Text

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"""|(?P<text>"[^"]*"|'[^']*')|(?P<symbol>==|!=|<=|>=|&&|\|\||[-+*/^<>(),\[\]]))"""
)
_WORDS = {"&&": "AND", "||": "OR"}
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
DEEPEST = 30  # nested brackets and powers
LONGEST = 300  # words, numbers and symbols


@lru_cache(maxsize=512)
def parse(expression: str) -> Node:
    """The tree of an expression; raises ValidationError with the position of what is wrong."""
    parser = _Parser(expression)
    node = parser.expression()
    parser.end()
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan(text))
        if len(self._tokens) > LONGEST:
            raise invalid_request(f"The expression has more than {LONGEST} words, numbers and symbols")
        self._at = 0
        self._depth = 0

    def _scan(self, text: str) -> Iterator[tuple[str, str, int]]:
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match:
                raise self._error(at, "an operator, a number, a function or an id")
            kind = match.lastgroup or ""
            yield kind, _WORDS.get(match[kind], match[kind]), match.start(kind)
            at = match.end()

    def expression(self) -> Node:
        self._deeper()
        node = self._chain(("OR",), self._conjunction)
        self._depth -= 1
        return node

    def _conjunction(self) -> Node:
        return self._chain(("AND",), self._comparison)

    def _comparison(self) -> Node:
        return self._chain(_COMPARISONS, self._sum)

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._sign)

    def _chain(self, symbols: tuple[str, ...], inner: Callable[[], Node]) -> Node:
        node = inner()
        while self._peek() in symbols:
            node = Call(self._next(), (node, inner()))
        return node

    def _sign(self) -> Node:
        signs = 0
        while self._peek() == "-":
            self._next()
            signs += 1
        node = self._power()
        return Call("neg", (node,)) if signs % 2 else node

    def _power(self) -> Node:
        base: Node = self._atom()
        if self._peek() == "^":
            self._next()
            self._deeper()
            base = Call("^", (base, self._sign()))
            self._depth -= 1
        return base

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid_request(f"The expression is nested deeper than {DEEPEST} levels")

    def _atom(self) -> Node:
        kind, word, at = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "", len(self._text))
        if kind == "number":
            return Number(float(self._next()))
        if kind == "text":
            return Text(self._next()[1:-1])
        if kind == "name" and word not in ("AND", "OR"):
            return self._name()
        if word == "(":
            self._next()
            node = self.expression()
            self._expect(")")
            return node
        if word == "[":
            self._next()
            return Array(self._list("]"))
        raise self._error(at, "a number, an id, a function or a bracket")

    def _name(self) -> Node:
        name = self._next()
        if self._peek() == "(":
            self._next()
            return Call(name, self._list(")"))
        return Name(name)

    def _list(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._peek() != closing:
            if items:
                self._expect(",")
            items.append(self.expression())
        self._next()
        return tuple(items)

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._error(self._tokens[self._at][2], "the end or an operator")

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _expect(self, symbol: str) -> None:
        if self._peek() != symbol:
            at = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)
            raise self._error(at, repr(symbol))
        self._next()

    def _error(self, at: int, expected: str) -> Exception:
        return invalid_request(
            f"Invalid metric math expression {self._text!r}: expected {expected} at character {at + 1}"
        )
