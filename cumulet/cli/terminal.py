"""What a command prints: talk and progress to stderr, data to stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

QUIET_S = 5.0
"""Without a terminal, long work says at most this often where it stands."""

WIDTH = 120
"""Columns at the least: in a narrower terminal, a log or a pipe no number is cut and no cell folded."""


def _console(*, stderr: bool) -> Console:
    found = Console(stderr=stderr)
    return Console(stderr=stderr, highlight=False, width=max(WIDTH, found.width))


talk = _console(stderr=True)
data = _console(stderr=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout, for programs."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def say(text: str) -> None:
    """One line of talk; rich markup is allowed."""
    talk.print(text, soft_wrap=True)


def show(value: Any) -> str:
    """A value as a table cell: six significant digits are more than anybody reads."""
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)


def print_table(
    title: str, rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str] = (), to_talk: bool = False
) -> None:
    """Rows as a table, on stdout (or as talk); numbers to the right, the columns of all rows unless named."""
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=box.SIMPLE_HEAD, padding=(0, 1)
    )
    for name in names:
        numeric = any(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(name, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(escape(show(row.get(name))) for name in names))
    (talk if to_talk else data).print(table)


class Step:
    """One step of long work: a spinner with the seconds; a line now and then where there is no terminal."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._started, self._ended = time.monotonic(), 0.0
        self._said = self._started
        self._status = talk.status(title) if talk.is_terminal else None

    @property
    def seconds(self) -> float:
        """Wall-clock seconds that the step has taken, so far or in all."""
        return (self._ended or time.monotonic()) - self._started

    def note(self, text: str) -> None:
        """Say where the work stands."""
        line = f"{self.title} · {text} [dim]{self.seconds:.0f} s[/dim]"
        if self._status:
            self._status.update(line)
        elif time.monotonic() - self._said > QUIET_S:
            self._said = time.monotonic()
            talk.print(f"  {line}")

    def __enter__(self) -> Step:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended = time.monotonic()
        if self._status:
            self._status.stop()
        mark = "[green]✓[/green]" if kind is None else "[red]✗[/red]"
        talk.print(f"{mark} {self.title} [dim]{self.seconds:.1f} s[/dim]")


class Board:
    """Long work in many like parts: a bar with their number, the pace and where things stand; lines now and then
    where there is no terminal."""

    def __init__(self, title: str, parts: int) -> None:
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[pace]}[/dim] {task.fields[standing]}"),
            console=talk,
            disable=not talk.is_terminal,
        )
        self._task = self._progress.add_task(title, total=parts, pace="", standing="")
        self._title, self._parts, self._done = title, parts, 0
        self._started = self._said = time.monotonic()

    def advance(self, standing: str) -> None:
        """One more part is done, and so things stand."""
        self._done += 1
        now = time.monotonic()
        pace = f"{self._done / (now - self._started):.1f}/s"
        self._progress.update(self._task, advance=1, pace=pace, standing=standing)
        if not talk.is_terminal and now - self._said > QUIET_S:
            self._said = now
            talk.print(f"  {self._title} · {self._done}/{self._parts} {standing} [dim]{pace}[/dim]")

    def __enter__(self) -> Board:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._progress.stop()
        ended = "[green]✓[/green]" if self._done == self._parts else "[yellow]■[/yellow]"
        mark = ended if kind is None else "[red]✗[/red]"
        seconds = time.monotonic() - self._started
        talk.print(f"{mark} {self._title}: {self._done} of {self._parts} [dim]{seconds:.1f} s[/dim]")


@contextmanager
def step(title: str) -> Iterator[Step]:
    """A step as a context manager; its `note` says where the work stands."""
    with Step(title) as current:
        yield current
