"""Grey pictures inside a page."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray


class Picture(str):
    """A picture as a data URI: what a page shows as an image, and not as text."""

    __slots__ = ()


def uri(image: NDArray[np.float64], top: float = 1.0) -> Picture:
    """A picture (height, width), 0 paper and `top` ink, as a PNG in a data URI, dark on white."""
    from matplotlib.image import imsave

    out = io.BytesIO()
    imsave(out, image, cmap="gray_r", vmin=0, vmax=top, format="png", metadata={"Software": "cumulet"})
    return Picture("data:image/png;base64," + base64.b64encode(out.getvalue()).decode())
