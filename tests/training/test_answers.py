"""A snapshot learns what people answered, as far as it was known at its cut-off, and says from which file."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

import usecases
from cumulet.adapters import answers
from training import snapshot

FLIGHTS = usecases.load("flights")


def labels_of(lake, manifest):
    key = next(k for k in lake.list("snapshots/") if manifest.dataset_id in k and k.endswith("data.parquet"))
    table = lake.read_table(key)
    return dict(zip(table["id"].tolist(), table["label"].tolist(), strict=True))


def test_an_answer_is_the_label_from_the_night_on_in_which_it_was_known(filled):
    before = snapshot.take(filled, FLIGHTS, date(2013, 1, 20))
    labels = labels_of(filled, before)
    asked = next(name for name, label in labels.items() if np.isfinite(label))
    answers.write(
        filled,
        "flights",
        {asked: 1 - labels[asked]},
        at=datetime(2013, 1, 20, 12, tzinfo=UTC),
        cut_off=FLIGHTS.cut_off,
        annotator="ada",
        file="answers.csv",
    )
    assert snapshot.take(filled, FLIGHTS, date(2013, 1, 20)).dataset_id == before.dataset_id
    after = snapshot.take(filled, FLIGHTS, date(2013, 1, 21))
    assert labels_of(filled, after)[asked] == 1 - labels[asked]
    assert any(key.startswith("answers/flights/") for key in after.sources)
