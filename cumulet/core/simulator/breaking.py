"""How a day comes broken: what a file looks like after a retry, a full disk, a changed export, a dead sensor."""

from __future__ import annotations

import numpy as np

from cumulet.core.simulator.frames import Frame, stacked
from cumulet.core.simulator.knobs import Broken
from cumulet.core.training_data.draws import draws


def broken(knob: Broken, data: bytes, seed: str) -> bytes:
    """The file as it comes instead. "missing" is the caller's: then there is no file at all."""
    if knob.how == "truncated":
        return data[: int(len(data) * knob.share)]
    frame = Frame.read(data)
    if knob.how == "doubled":
        return stacked([frame, frame]).to_csv()
    if knob.how == "swapped":
        first, second = knob.columns
        return frame.with_column(first, frame.columns[second]).with_column(second, frame.columns[first]).to_csv()
    lost = draws([str(n) for n in range(len(frame))], seed) < knob.share
    for name in knob.columns:
        frame = frame.with_column(name, np.where(lost, "", frame.columns[name]))
    return frame.to_csv()
