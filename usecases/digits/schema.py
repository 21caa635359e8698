"""The tables of the digits use case: pictures as the scanner sends them, and what a person read in each."""

from __future__ import annotations

import numpy as np

from cumulet.core.schema import Columns, Field, Schema
from cumulet.core.usecase import CutOff

CUT_OFF = CutOff(hour=3, time_zone="UTC")
SIDE = 28
"""Pixels of a picture's side."""
CLASSES = tuple("0123456789")

RECORDS = Schema(
    "pictures",
    (
        Field("id", "string", "number of the form", nullable=True, pattern="form-[0-9]{1,9}"),
        Field("scanned", "date", "the day it came; filled in where it is missing", nullable=True),
        Field(
            "image",
            "string",
            "28 × 28 grey values from 0 (paper) to 255 (ink), row by row, as base64",
            pattern="[A-Za-z0-9+/]{524}[A-Za-z0-9+/]{522}==",
        ),
    ),
    key=("id",),
)

OUTCOMES = Schema(
    "readings",
    (
        Field("id", "string", "number of the form", pattern="form-[0-9]{1,9}"),
        Field("date", "date", "the day it came"),
        Field("status", "string", "the digit that a person read", categories=CLASSES),
        Field("known_at", "timestamp", "when it was read, the day after"),
    ),
    key=("id",),
)


def digit(outcomes: Columns) -> np.ndarray:
    """The digit as the index of its class (n,)."""
    return outcomes["status"].astype(np.float64)
