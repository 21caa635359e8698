"""The rules of composite alarms, by recursive descent.

rule := conjunction ("OR" conjunction)*    conjunction := term ("AND" term)*    term := "NOT" term | atom
atom := "TRUE" | "FALSE" | "(" rule ")" | ("ALARM" | "OK" | "INSUFFICIENT_DATA") "(" name or ARN, maybe quoted ")"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from emulator.cloudwatch.errors import invalid_request

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
MOST_CHILDREN = 100
MOST_ELEMENTS = 500
DEEPEST = 100

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^()\"]+?))\s*\)"
    r"|(?P<word>TRUE|FALSE|AND|OR|NOT)\b|(?P<bracket>[()]))"
)


@dataclass(frozen=True)
class InState:
    """Whether an alarm is in a state."""

    state: str
    alarm: str  # its name


@dataclass(frozen=True)
class Constant:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True)
class Combined:
    """AND or OR of terms, or NOT of one."""

    word: str
    terms: tuple[Rule, ...]


Rule = InState | Constant | Combined


@lru_cache(maxsize=512)
def parse(text: str) -> Rule:
    """The tree of a rule; raises ValidationError."""
    parser = _Parser(text)
    rule = parser.rule()
    if parser.peek():
        raise parser.error("the end, AND or OR")
    if len(children_of(rule)) > MOST_CHILDREN or parser.elements > MOST_ELEMENTS:
        raise invalid_request(f"AlarmRule: at most {MOST_CHILDREN} alarms and {MOST_ELEMENTS} elements")
    return rule


def children(text: str) -> list[str]:
    """The names of the alarms that a rule refers to, each once, in its order."""
    return children_of(parse(text))


def children_of(rule: Rule) -> list[str]:
    """The names of the alarms in a tree, each once."""
    if isinstance(rule, InState):
        return [rule.alarm]
    inner = rule.terms if isinstance(rule, Combined) else ()
    return list(dict.fromkeys(name for term in inner for name in children_of(term)))


def holds(rule: Rule, state_of: Callable[[str], str | None]) -> bool:
    """Whether a rule is true; an alarm that is gone (None) is in no state."""
    if isinstance(rule, Constant):
        return rule.value
    if isinstance(rule, InState):
        return state_of(rule.alarm) == rule.state
    found = (holds(term, state_of) for term in rule.terms)
    if rule.word == "NOT":
        return not next(found)
    return all(found) if rule.word == "AND" else any(found)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self.elements = 0
        self._depth = 0
        self._at = 0
        self._match: re.Match[str] | None = None
        self._scan()

    def _scan(self) -> None:
        self._match = _TOKEN.match(self._text, self._at)
        if self._match is None and self._text[self._at :].strip():
            raise self.error("ALARM(name), OK(name), INSUFFICIENT_DATA(name), TRUE, FALSE, NOT or a bracket")

    def peek(self) -> str:
        """The word, state or bracket that is next; empty at the end."""
        match = self._match
        return (match["state"] or match["word"] or match["bracket"]) if match else ""

    def _next(self) -> re.Match[str]:
        match = self._match
        if match is None:
            raise self.error("more")
        self._at = match.end()
        self._scan()
        return match

    def rule(self) -> Rule:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid_request(f"AlarmRule is nested deeper than {DEEPEST} levels")
        found = self._chain("OR", lambda: self._chain("AND", self._term))
        self._depth -= 1
        return found

    def _chain(self, word: str, inner: Callable[[], Rule]) -> Rule:
        terms = [inner()]
        while self.peek() == word and self._match and self._match["word"]:
            self._next()
            terms.append(inner())
        return terms[0] if len(terms) == 1 else Combined(word, tuple(terms))

    def _term(self) -> Rule:
        negations = 0
        while self.peek() == "NOT":
            self._next()
            negations += 1
        atom = self._atom()
        return Combined("NOT", (atom,)) if negations % 2 else atom

    def _atom(self) -> Rule:
        word = self.peek()
        self.elements += 1
        if word == "(":
            self._next()
            found = self.rule()
            if self.peek() != ")":
                raise self.error(")")
            self._next()
            return found
        if word in ("TRUE", "FALSE"):
            return Constant(self._next()["word"] == "TRUE")
        if word in STATES:
            match = self._next()
            given = match["plain"] if match["quoted"] is None else re.sub(r"\\(.)", r"\1", match["quoted"])
            return InState(match["state"], given.rpartition(":alarm:")[2])
        raise self.error("ALARM(name), OK(name), INSUFFICIENT_DATA(name), TRUE, FALSE, NOT or (")

    def error(self, expected: str) -> Exception:
        """What is wrong where we are."""
        return invalid_request(f"AlarmRule {self._text!r}: expected {expected} at character {self._at + 1}")
