"""What rows become: other numbers, other outcomes, other nights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from cumulet.core.schema import Field, Schema
from cumulet.core.simulator.frames import Frame, Texts
from cumulet.core.simulator.knobs import Late

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


def rescaled(frame: Frame, field: Field, rows: Mask, factor: float, offset: float) -> Frame:
    """`field` of some rows (mask, (n,)) times a factor plus an offset, inside its range, written as it was."""
    column = frame.columns[field.name].copy()
    for n in np.flatnonzero(rows):
        value = field.parse(column[n])
        if isinstance(value, int | float):
            column[n] = _text(field, value * factor + offset)
    return frame.with_column(field.name, column)


def _text(field: Field, value: float) -> str:
    value = max(value, -math.inf if field.minimum is None else field.minimum)
    value = min(value, math.inf if field.maximum is None else field.maximum)
    return str(round(value)) if field.kind == "integer" or value == int(value) else f"{value:.6g}"


def result_fields(records: Schema, outcomes: Schema) -> tuple[str, ...]:
    """The fields of an outcome that say how it ended, and not which record it is of or when it was known."""
    return tuple(name for name in outcomes.names if name not in (*records.names, "id", "date", "known_at"))


def flipped(outcomes: Frame, labels: Floats, rows: Mask, chance: Floats, names: Sequence[str]) -> Frame:
    """Some rows (mask, (n,)) end as another row of that night did whose label is another; `chance` (n,) says which one.

    Rows without a label, and those of a night in which all ended alike, stay as they are.
    """
    source = np.arange(len(outcomes))
    labelled = np.flatnonzero(np.isfinite(labels))
    for n in np.flatnonzero(rows & np.isfinite(labels)):
        donors = labelled[labels[labelled] != labels[n]]
        if len(donors):
            source[n] = donors[int(chance[n] * len(donors))]
    return Frame({name: column[source] if name in names else column for name, column in outcomes.columns.items()})


def delays(knob: Late, chosen: Floats, drawn: Floats, intensity: float) -> NDArray[np.int64]:
    """By how many nights each outcome is late (n,): 0 for those not `chosen`, else by what was `drawn`."""
    nights = np.clip(np.ceil(-knob.mean_days * np.log(drawn)), 1, knob.max_days)
    return np.where(chosen < knob.share * intensity, nights, 0).astype(np.int64)


def postponed(known_at: Texts, nights: int, cut_off: datetime) -> Texts:
    """Moments (ISO, UTC) some nights later, but not after that night's cut-off (clocks change)."""
    if not nights:
        return known_at
    moments = np.array([text.removesuffix("Z") for text in known_at], "datetime64[s]") + np.timedelta64(nights, "D")
    latest = np.datetime64(cut_off.replace(tzinfo=None), "s")
    texts = np.datetime_as_string(np.minimum(moments, latest), unit="s").tolist() if len(moments) else []
    return np.array([*(text + "Z" for text in texts), None], object)[:-1]
