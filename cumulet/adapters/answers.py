"""Labels that people gave: batches in the lake, each written once, with who said so, when, and in which file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np

from cumulet.adapters.lake import Lake
from cumulet.contracts import lake as keys
from cumulet.contracts.manifests import canonical, sha256
from cumulet.core.cutoff import CutOff
from cumulet.core.schema import Columns, concatenate, moments, rows

BATCH_DIGITS = 16


def write(
    lake: Lake, use_case: str, labels: Mapping[str, float], *, at: datetime, cut_off: CutOff, annotator: str, file: str
) -> str | None:
    """Keep answers (label by id) as one batch, known from `at` (UTC) on; its key, None when the same batch is there.

    A batch is named by its answers and by who gave them, so that a file that is taken in twice is kept once.
    """
    given = sorted(labels.items())
    batch = sha256(canonical([annotator, given]))[:BATCH_DIGITS]
    if any(key.endswith(f"/{batch}.parquet") for key in lake.list(keys.answers(use_case))):
        return None
    count = len(given)
    moment = np.datetime64(at.replace(tzinfo=None), "s")
    key = f"{keys.answers(use_case)}known={cut_off.night_of(at)}/{batch}.parquet"
    lake.write_table(
        key,
        {
            "id": np.array([*(name for name, _ in given), None], object)[:-1],
            "label": np.array([label for _, label in given], np.float64),
            "known_at": np.full(count, moment),
            "annotator": np.array([annotator] * count + [None], object)[:-1],
            "source": np.array([file] * count + [None], object)[:-1],
        },
    )
    return key


def read(lake: Lake, use_case: str, until: date = date.max) -> Columns:
    """All answers up to the cut-off of a night, oldest first; no column at all when there are none."""
    found = concatenate(table for table in lake.read_many(listed(lake, use_case, until)) if rows(table))
    if not found:
        return {}
    order = np.argsort(moments(found["known_at"], "timestamp"), kind="stable")
    return {name: column[order] for name, column in found.items()}


def listed(lake: Lake, use_case: str, until: date = date.max) -> list[str]:
    """The keys of the batches that were known at the cut-off of a night, by night."""
    return [key for key in lake.list(keys.answers(use_case)) if key.split("known=")[1][:10] <= until.isoformat()]


def applied(columns: Columns, answers: Columns) -> Columns:
    """The columns with the label that was answered last, where somebody gave one."""
    if not answers:
        return columns
    said = dict(zip(answers["id"].tolist(), answers["label"].tolist(), strict=True))
    pairs = zip(columns["id"].tolist(), columns["label"].tolist(), strict=True)
    return {**columns, "label": np.array([said.get(name, label) for name, label in pairs], np.float64)}
