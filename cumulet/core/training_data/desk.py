"""What `cumulet label` shows: votes and their consensus, questions, suspects, as plain rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cumulet.contracts.errors import NotFoundError
from cumulet.core.schema import Columns, Schema, rows, select
from cumulet.core.training_data import active, confident
from cumulet.core.training_data.cross_fit import cross_fitted
from cumulet.core.training_data.dawid_skene import Consensus, dawid_skene
from cumulet.core.training_data.draws import draws
from cumulet.core.training_data.encoding import Encoding, opaque
from cumulet.core.training_data.labelling import ABSTAIN, Labelling, Votes, majority, summaries

Floats = NDArray[np.float64]
LABEL = "label"
MODEL, RULES, NOBODY = "the nights' predictions", "the labelling functions", "nothing: chance decides"
CROSS_FIT = "a cross-fitted logistic regression"
ENOUGH = 0.5
"""Predictions that cover at least this share of the rows judge them."""


@dataclass(frozen=True)
class Voted:
    """Votes (n, m) and what they come to."""

    votes: Votes
    consensus: Consensus

    @property
    def voted(self) -> int:
        """Rows on which at least one function votes."""
        return int((self.votes != ABSTAIN).any(axis=1).sum())


def voted(labelling: Labelling, columns: Columns) -> Voted:
    """The functions' votes on some rows, combined. Raises ValueError when none votes."""
    votes = labelling.apply(columns, rows(columns))
    return Voted(votes, dawid_skene(votes, len(labelling.classes), abstaining_tells=True))


def functions(labelling: Labelling, found: Voted, labels: Floats) -> list[dict[str, Any]]:
    """One row per function; `true` is its accuracy where it votes and the label is known."""
    table = []
    names = [each.name for each in labelling.functions]
    for m, summary in enumerate(summaries(names, found.votes)):
        table.append(
            {
                "function": summary.name,
                "votes for": ", ".join(labelling.classes[vote] for vote in summary.votes),
                "coverage": summary.coverage,
                "overlap": summary.overlap,
                "conflict": summary.conflict,
                "accuracy, estimated": float(found.consensus.accuracy[m]),
                "true": _share_right(found.votes[:, m], labels, found.votes[:, m] != ABSTAIN),
            }
        )
    return table


def judged(found: Voted, labels: Floats) -> list[dict[str, Any]]:
    """Accuracy of majority and Dawid-Skene where somebody votes and the label is known; nothing where none is."""
    there = (found.votes != ABSTAIN).any(axis=1) & np.isfinite(labels)
    if not there.any():
        return []
    ways = {"majority": majority(found.votes, len(found.consensus.prior)), "Dawid-Skene": found.consensus.posterior}
    return [
        {"combined by": name, "rows": int(there.sum()), "accuracy": _share_right(p.argmax(axis=1), labels, there)}
        for name, p in ways.items()
    ]


def weak_labels(labelling: Labelling, columns: Columns, found: Voted) -> list[dict[str, Any]]:
    """One row a record: its id, the probability of each class, and the votes."""
    votes = [["" if v == ABSTAIN else labelling.classes[v] for v in row] for row in found.votes.tolist()]
    names = [each.name for each in labelling.functions]
    return [
        {
            "id": name,
            **{f"p {each}": round(value, 6) for each, value in zip(labelling.classes, p, strict=True)},
            **dict(zip(names, row, strict=True)),
        }
        for name, p, row in zip(columns["id"].tolist(), found.consensus.posterior.tolist(), votes, strict=True)
    ]


def chosen(
    labelling: Labelling, columns: Columns, said: Floats, uncertainty: Callable[[Floats], Floats], n: int
) -> tuple[NDArray[np.int64], str]:
    """Positions of `n` rows to ask for, and by what they are uncertain.

    `said` is what the nights predicted: of two classes the second's probability (n,), of k each one's (n, k); NaN where
    no night did.
    """
    p, source = _probabilities(labelling, columns, said)
    wanted = uncertainty(p) if p is not None else draws(columns["id"], "ask")
    return active.ask(wanted, _matrix(columns), n), source


def _probabilities(labelling: Labelling, columns: Columns, said: Floats) -> tuple[Floats | None, str]:
    if (p := _of_nights(said)) is not None:
        return p, MODEL
    if labelling.functions:
        return voted(labelling, columns).consensus.posterior, RULES
    return None, NOBODY


def _of_nights(said: Floats) -> Floats | None:
    """The nights' probabilities (n, k), the mean forecast for rows that no night scored; None where most were not."""
    p = np.column_stack([1 - said, said]) if said.ndim == 1 else said
    there = np.asarray(np.isfinite(p).all(axis=1), bool)
    if there.mean() < ENOUGH:
        return None
    return np.where(there[:, np.newaxis], p, p[there].mean(axis=0))


def asked(schema: Schema, columns: Columns, positions: NDArray[np.int64]) -> list[dict[str, Any]]:
    """The questions: id, an empty label, and the record's other fields."""
    some = select(columns, positions)
    return [{"id": r["id"], LABEL: "", **{k: v for k, v in r.items() if k != "id"}} for r in schema.records(some)]


@dataclass(frozen=True)
class Suspicious:
    """Label errors among the examples, with the probabilities (n, k) that found them."""

    errors: confident.LabelErrors
    p: Floats

    @property
    def suspects(self) -> NDArray[np.int64]:
        """Positions, the most suspicious first."""
        return self.errors.suspects

    @property
    def joint(self) -> Floats:
        """Given label and true class (k, k)."""
        return self.errors.joint


def suspicious(labelling: Labelling, columns: Columns, said: Floats) -> tuple[Suspicious, str]:
    """Label errors of labelled rows, and by what they were judged; `said` as in `chosen`.

    Raises NotFoundError without predictions where columns say nothing by their values.
    """
    labels, classes = columns[LABEL].astype(np.int64), len(labelling.classes)
    if (p := _of_nights(said)) is not None:
        return Suspicious(confident.find(labels, p), p), MODEL
    if hidden := opaque(columns, _names(columns)):
        raise NotFoundError(
            f"{', '.join(hidden)}: only the model can judge by it, and no night has predicted most of these records; "
            "give days whose nights were run"
        )
    p = cross_fitted(_matrix(columns), labels, classes, draws(columns["id"], "folds"))
    return Suspicious(confident.find(labels, p), p), CROSS_FIT


def suspects(labelling: Labelling, schema: Schema, columns: Columns, found: Suspicious, n: int) -> list[dict[str, Any]]:
    """One row per suspect: what it is, what the model would say, and an empty label to fill in."""
    positions, labels = found.suspects[:n], columns[LABEL].astype(np.int64)
    table = []
    for at, better, record in zip(
        positions.tolist(), found.errors.better.tolist(), schema.records(select(columns, positions)), strict=False
    ):
        given = int(labels[at])
        table.append(
            {
                "id": record["id"],
                LABEL: "",
                "given": labelling.classes[given],
                "rather": labelling.classes[better],
                "sure": float(found.p[at, better] - found.p[at, given]),
                **{name: value for name, value in record.items() if name != "id"},
            }
        )
    return table


def _matrix(columns: Columns) -> Floats:
    return Encoding.learn(columns, _names(columns)).matrix(columns)


def _names(columns: Columns) -> list[str]:
    return [name for name in columns if name not in ("id", LABEL)]


def _share_right(votes: NDArray[np.int64], labels: Floats, where: NDArray[np.bool_]) -> float | None:
    there = where & np.isfinite(labels)
    return float((votes[there] == labels[there]).mean()) if there.any() else None
