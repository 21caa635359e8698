"""Tables of a database, read on from where the last hand-over ended.

Each row has the moment of its last change in a column. A night takes what has changed from the watermark of its table
on and before its cut-off: a row that changes in that very second may come after the query, and is the next night's.
Where a day ended is noted per day, and a day starts where the last day before it ended: a hand-over that was killed is
asked again and gets the same rows. Written for sqlite3 of the standard library; another DB-API module differs in how it
connects and spells parameters.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from cumulet.contracts.errors import ContractError, NotFoundError

MOMENT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z"
BEGINNING = ""
"""Before every ISO time stamp."""


def end_of(day: date) -> datetime:
    """The end of a day, UTC: what a night knows unless the use case says otherwise."""
    return datetime.combine(day, time.max, UTC)


@dataclass(frozen=True)
class Table:
    """`updated_at` is the column of the last change: ISO text in UTC, as YYYY-MM-DDTHH:MM:SSZ."""

    database: Path
    tables: tuple[str, ...]
    updated_at: str
    state: Path
    """A JSON file: table to day to the watermark that its rows ended at."""
    cut_off: Callable[[date], datetime] = end_of

    def day(self, day: date) -> Mapping[str, bytes]:
        """CSV per table of the rows that changed since the day before, up to the cut-off.

        The same day again gives the same rows, as long as none of them has changed since: a change comes with the night
        that follows it. Raises NotFoundError when nothing has changed, ContractError when the database is not readable.
        """
        marks = self._marks()
        until = self.cut_off(day).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            with closing(sqlite3.connect(f"{self.database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                found = {
                    table: self._rows(connection, table, _before(marks, table, day), until) for table in self.tables
                }
        except sqlite3.Error as error:
            raise ContractError(f"{self.database}: {error}; does it have {', '.join(self.tables)}?") from error
        if not any(count for _, count in found.values()):
            raise NotFoundError(f"{self.database}: nothing has changed for {day}")
        self._note({table: {**marks.get(table, {}), str(day): until} for table in self.tables})
        return {table: content for table, (content, _) in found.items()}

    def _rows(self, connection: sqlite3.Connection, table: str, after: str, until: str) -> tuple[bytes, int]:
        changed = _quoted(self.updated_at)
        self._require_moments(connection, table)
        query = f"SELECT * FROM {_quoted(table)} WHERE {changed} >= ? AND {changed} < ? ORDER BY {changed}, rowid"  # noqa: S608 - names are quoted
        rows = connection.execute(query, (after, until))
        names = [column[0] for column in rows.description]
        keep = [n for n, name in enumerate(names) if name != self.updated_at]
        out, count = io.StringIO(), 0
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([names[n] for n in keep])
        for row in rows:
            writer.writerow([_cell(row[n]) for n in keep])
            count += 1
        return out.getvalue().encode(), count

    def _require_moments(self, connection: sqlite3.Connection, table: str) -> None:
        """Raises ContractError naming a moment of another form: as text it would be in the wrong night, or in none."""
        changed = _quoted(self.updated_at)
        query = f"SELECT {changed}, count(*) FROM {_quoted(table)} WHERE coalesce({changed}, '') NOT GLOB ?"  # noqa: S608 - names are quoted
        found, count = connection.execute(query, (MOMENT,)).fetchone()
        if count:
            raise ContractError(
                f"{self.database}: {self.updated_at}={found!r} in {count} rows of {table}; "
                "write it as YYYY-MM-DDTHH:MM:SSZ in every row, else nobody knows whose night it is"
            )

    def _marks(self) -> dict[str, dict[str, str]]:
        return json.loads(self.state.read_text()) if self.state.exists() else {}

    def _note(self, marks: Mapping[str, Mapping[str, str]]) -> None:
        """Written aside and moved: a reader sees the old marks or the new ones."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        aside = self.state.with_suffix(".new")
        aside.write_text(json.dumps(marks, indent=1, sort_keys=True))
        os.replace(aside, self.state)


def _before(marks: Mapping[str, Mapping[str, str]], table: str, day: date) -> str:
    """Where the last hand-over before a day ended."""
    return max((mark for handed, mark in marks.get(table, {}).items() if handed < str(day)), default=BEGINNING)


def _cell(value: Any) -> Any:
    return "" if value is None else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
