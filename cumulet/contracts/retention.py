"""How long each zone of the lake is kept. infra makes lifecycle rules of it, `cumulet data retention` shows it.

A rule counts from the moment an object was written; what a rule expired, or a night wrote anew, is an earlier version
for `EARLIER_VERSIONS` days more and then gone.
"""

from __future__ import annotations

from dataclasses import dataclass

EARLIER_VERSIONS = 30
"""Days in which a mistake can be undone; it is also how long a deleted object can still be read."""


@dataclass(frozen=True)
class Retention:
    """A zone, the days that it is kept (None: for ever), and why."""

    zone: str
    days: int | None
    why: str


RETENTION = (
    Retention("raw", 90, "clear text, as it came: long enough to ingest a quarter again, after a mistake or a new key"),
    Retention("quarantine", 90, "refused rows are mended or given up within weeks"),
    Retention("curated", None, "what every later training learns from"),
    Retention("labels", None, "as curated: what was predicted, as it turned out"),
    Retention("answers", None, "as labels: what people said when they were asked"),
    Retention("features", 180, "computed again from curated and labels whenever it is needed"),
    Retention("predictions", 730, "to answer what was forecast for whom, and why; labels judge it within days"),
    Retention("sketches", None, "counts by day, of nobody"),
    Retention("snapshots", 730, "what a model was trained on, as long as somebody may ask"),
    Retention("models", None, "the registry and roll-backs name them"),
    Retention("runs", 90, "what the jobs of one training pass on"),
    Retention("queries", 7, "results of Athena: asked again when they are wanted again"),
    Retention("shifts", None, "that days were shifted on purpose: nobody may take them for the world"),
    Retention("erasures", None, "who must not come back, as keyed hashes"),
)
