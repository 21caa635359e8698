"""Patterns over JSON lines, e.g. { $.level = "ERROR" && ($.ms > 100 || $.error IS NULL) }.

or := and ("||" and)*    and := atom ("&&" atom)*
atom := "(" or ")" | selector (operator value | "IS" ("NULL" | "TRUE" | "FALSE") | ["NOT"] "EXISTS")
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from emulator.cloudwatch.errors import invalid_pattern
from emulator.cloudwatch.logs.conditions import Condition, Match

_SELECTOR = re.compile(r"""\$(?:\.[\w@-]+|\.?\[(?:\d+|"[^"]*"|'[^']*')\])+""")
_STEP = re.compile(r"""\.?\[(\d+)\]|\.?\[["']([^"']*)["']\]|\.([\w@-]+)""")
_TOKEN = re.compile(
    rf"\s*(?:(?P<selector>{_SELECTOR.pattern})|(?P<symbol>&&|\|\||<=|>=|!=|[()=<>])"
    r'|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()&|"]+))'
)
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
DEEPEST = 50
ABSENT = object()
Test = Callable[[object], bool]


def select(document: object, selector: str) -> object:
    """What a selector such as $.users[0].id points to; ABSENT when there is no such thing."""
    for index, quoted, name in _STEP.findall(selector):
        if index:
            inside = isinstance(document, list) and int(index) < len(document)
            document = document[int(index)] if inside and isinstance(document, list) else ABSENT
        else:
            document = document.get(quoted or name, ABSENT) if isinstance(document, dict) else ABSENT
        if document is ABSENT:
            return ABSENT
    return document


class JsonPattern:
    """A pattern in braces."""

    def __init__(self, text: str) -> None:
        if not text.endswith("}"):
            raise invalid_pattern(text, "a closing brace")
        self._selectors: list[str] = []
        self._test = _Parser(text, self._selectors).parse()

    def match(self, line: str) -> Match | None:
        """The line as a match; None when it is no JSON object or does not fit."""
        at = line.find("{")
        try:
            document = json.loads(line[at:]) if at >= 0 else None
        except ValueError:
            return None
        if not isinstance(document, dict) or not self._test(document):
            return None

        def extract(name: str) -> object:
            found = select(document, name)
            return None if found is ABSENT else found

        return Match(extract, tuple(dict.fromkeys(self._selectors)))


class _Parser:
    def __init__(self, text: str, selectors: list[str]) -> None:
        self._text = text
        self._selectors = selectors
        self._depth = 0
        self._tokens: list[tuple[str, str]] = []
        inner, at = text[1:-1], 0
        while inner[at:].strip():
            match = _TOKEN.match(inner, at)
            if not match:
                raise invalid_pattern(text, "a selector, an operator or a value")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match[kind]))
            at = match.end()
        self._tokens.reverse()

    def parse(self) -> Test:
        test = self._or()
        if self._tokens:
            raise invalid_pattern(self._text, "&&, || or the end")
        return test

    def _or(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid_pattern(self._text, f"at most {DEEPEST} nested brackets")
        tests = [self._and()]
        while self._take("||"):
            tests.append(self._and())
        self._depth -= 1
        return lambda document: any(test(document) for test in tests)

    def _and(self) -> Test:
        tests = [self._atom()]
        while self._take("&&"):
            tests.append(self._atom())
        return lambda document: all(test(document) for test in tests)

    def _atom(self) -> Test:
        if self._take("("):
            test = self._or()
            if not self._take(")"):
                raise invalid_pattern(self._text, ")")
            return test
        kind, selector = self._next("a selector")
        if kind != "selector":
            raise invalid_pattern(self._text, f"a selector such as $.level, not {selector!r}")
        self._selectors.append(selector)
        _, word = self._next("an operator")
        if word in ("IS", "NOT", "EXISTS"):
            return self._word(selector, word)
        if word not in _OPERATORS:
            raise invalid_pattern(self._text, f"one of {' '.join(_OPERATORS)}, not {word!r}")
        kind, value = self._next("a value")
        if kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value)
        condition = Condition(word, value, quoted=kind == "quoted")
        return lambda document: condition.holds(select(document, selector)) if _is_there(document, selector) else False

    def _word(self, selector: str, word: str) -> Test:
        if word == "EXISTS":
            return lambda document: _is_there(document, selector)
        _, second = self._next("NULL, TRUE, FALSE or EXISTS")
        if (word, second) == ("NOT", "EXISTS"):
            return lambda document: not _is_there(document, selector)
        if word == "IS" and second in _WORDS:
            return lambda document: select(document, selector) is _WORDS[second]
        raise invalid_pattern(self._text, "IS NULL, IS TRUE, IS FALSE, EXISTS or NOT EXISTS")

    def _take(self, symbol: str) -> bool:
        if self._tokens and self._tokens[-1] == ("symbol", symbol):
            self._tokens.pop()
            return True
        return False

    def _next(self, expected: str) -> tuple[str, str]:
        if not self._tokens:
            raise invalid_pattern(self._text, expected)
        return self._tokens.pop()


_WORDS: dict[str, object] = {"NULL": None, "TRUE": True, "FALSE": False}


def _is_there(document: object, selector: str) -> bool:
    return select(document, selector) is not ABSENT
