"""The tables of the income use case: people as the census asks them, and what became known of each."""

from __future__ import annotations

import numpy as np

from cumulet.core.schema import Columns, Field, Schema
from cumulet.core.usecase import CutOff

CUT_OFF = CutOff(hour=6, time_zone="America/New_York")
YES_NO = ("yes", "no")
NO_ANSWER = "not asked"

SEX = ("male", "female")
RACES = (
    "white", "black", "american indian", "alaska native", "american indian or alaska native", "asian",
    "pacific islander", "other", "two or more",
)  # fmt: skip
MARITAL = ("married", "widowed", "divorced", "separated", "never married")
CITIZENSHIP = ("born here", "born in a territory", "born abroad to americans", "naturalised", "not a citizen")
MOVED = (NO_ANSWER, "no", "from abroad", "within the country")
MILITARY = (NO_ANSWER, "on duty", "on duty before", "training only", "never")
ANCESTRY = ("single", "multiple", "unclassified", "not reported")
RELATIONS = (
    "reference person", "husband or wife", "biological child", "adopted child", "stepchild", "sibling", "parent",
    "grandchild", "parent in law", "child in law", "other relative", "boarder", "housemate", "unmarried partner",
    "foster child", "other nonrelative", "in an institution", "in other group quarters",
)  # fmt: skip
PARENTS = (
    NO_ANSWER, "both work", "father only", "mother only", "neither", "father alone works", "father alone does not",
    "mother alone works", "mother alone does not",
)  # fmt: skip
"""All in the order of the census's codes (data dictionary of the ACS PUMS 2018), from the first in `archive.CODES`."""

SENSITIVE = (
    Field("sex", "string", "as the census asks it", categories=SEX),
    Field("race", "string", "as the census groups it", categories=RACES),
    Field("disability", "string", "of whatever kind", categories=YES_NO),
)
KEPT = tuple(field.name for field in SENSITIVE)

RECORDS = Schema(
    "people",
    (
        Field("id", "string", "number of the answer", nullable=True, pattern="[0-9]{1,12}"),
        Field("asked", "date", "the day it came; filled in where it is missing", nullable=True),
        Field("age", "integer", "in whole years", minimum=0, maximum=120, unit="years"),
        Field("schooling", "integer", "0 none yet, 16 high school, 21 bachelor, 24 doctor", minimum=0, maximum=24),
        Field("marital_status", "string", "as the census groups it", categories=MARITAL),
        Field("relation", "string", "to the reference person of the household", categories=RELATIONS),
        Field("parents", "string", "whether the parents of a child work", categories=PARENTS),
        Field("citizenship", "string", "as the census groups it", categories=CITIZENSHIP),
        Field("moved", "string", "within the last year", categories=MOVED),
        Field("military", "string", "service", categories=MILITARY),
        Field("ancestry", "string", "what was reported", categories=ANCESTRY),
        Field("native", "string", "born in the country", categories=YES_NO),
        Field("hearing", "string", "difficulty", categories=YES_NO),
        Field("vision", "string", "difficulty", categories=YES_NO),
        Field("cognition", "string", "difficulty", categories=(NO_ANSWER, *YES_NO)),
        *SENSITIVE,
    ),
    key=("id",),
)

OUTCOMES = Schema(
    "outcomes",
    (
        Field("id", "string", "number of the answer", pattern="[0-9]{1,12}"),
        Field("date", "date", "the day the record came"),
        *SENSITIVE,
        Field("status", "string", "what was found", categories=("employed", "not employed")),
        Field("known_at", "timestamp", "when it was found, some days later"),
    ),
    key=("id",),
)


def employed(outcomes: Columns) -> np.ndarray:
    """1 for a person at work, 0 for all others (n,)."""
    return (outcomes["status"] == "employed").astype(np.float64)
