"""What `cumulet new` asks whoever sits at the terminal: what a table cannot say, and no option has said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import typer
from rich.markup import escape

from cumulet.cli.terminal import say
from cumulet.scaffold.proposal import YES, Proposal, like
from cumulet.scaffold.roles import Choices


def label(guess: str, columns: Sequence[str], *, asks: bool) -> str:
    """The label that was guessed; else the answer, asked for until it is a column."""
    if guess or not asks:
        return guess
    say(escape(like("", columns)))
    return _one_of("Which column is to be predicted?", columns)


def what_is_unsaid(choices: Choices, proposed: Proposal) -> Choices:
    """The choices, with answers about the column of time and about which of two classes to look out for."""
    moments = [column.name for column in proposed.of("moment", "time") if not column.missing]
    if not choices.time and len(moments) > 1:
        first = proposed.time.name if proposed.time else "none"
        answer = _one_of("Which column says when a row came (none: no calendar)?", [*moments, "none"], first)
        choices = replace(choices, time=answer)
    if proposed.task == "binary" and not choices.positive and proposed.classes[1].lower() not in YES:
        answer = _one_of("Which of the two is to be looked out for?", proposed.classes, proposed.classes[1])
        choices = replace(choices, positive=answer)
    return choices


def known_after() -> int:
    """After how many days a label is known."""
    while (
        days := int(typer.prompt("So many days after its row the label is known", default=1, type=int, err=True))
    ) < 1:
        say("one day at the least: the night after")
    return days


def _one_of(question: str, answers: Sequence[str], default: str | None = None) -> str:
    while True:
        answer = str(typer.prompt(question, default=default, err=True)).strip()
        if answer in answers:
            return answer
        say(escape(f"{answer!r} is none of them; {like(answer, answers)}"))
