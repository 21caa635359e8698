"""A use case that is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa

from cumulet.scaffold.profile import Column
from cumulet.scaffold.proposal import Proposal

FIRST_DAY: Final = date(2025, 1, 1)
DEALT_DAYS: Final = 120
"""Where rows without a calendar are dealt out to, and over how many days."""
RECEIVED: Final = "received"
"""The day on which a row of a table without a calendar came."""


@dataclass(frozen=True)
class Plan:
    """Name, title and table of the use case, and what its columns are."""

    name: str
    title: str
    file: str
    proposal: Proposal
    table: pa.Table
    known_after: int = 1
    """So many days after its row a label is known."""


def inputs(proposal: Proposal) -> tuple[Column, ...]:
    """The columns that a record has besides its id and its time."""
    return proposal.of("number", "category", "moment", "sensitive", "identifier")
