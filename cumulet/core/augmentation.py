"""More images than there are: each moved a little, as another hand or another scanner would have had it.

Images are (n, height, width) floats, any range. An augmentation says that the label stays: small shifts and turns of a
digit do that, a mirror image does not (`flip` is here to show it). Seeded: equal arguments give equal bytes.
Sources: Simard, Steinkraus, Platt (2003), Best practices for convolutional neural networks, ICDAR (elastic); LeCun et
al. (1998), Gradient-based learning applied to document recognition, Proc. IEEE 86(11) (affine).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far an image is moved at most; 0 leaves it as it is."""

    shift: float = 0.0
    """In pixels, in both directions."""
    rotate: float = 0.0
    """In degrees, to both sides, around the middle."""
    scale: float = 0.0
    """As a share: 0.1 is from 0.9 to 1.1 times the size."""
    elastic: float = 0.0
    """In pixels: how far a smooth random field pulls; its waves are about a quarter of the image."""
    noise: float = 0.0
    """Standard deviation of what is added to each pixel, in its own units."""
    flip: bool = False
    """Mirror left and right: every second image."""

    def __post_init__(self) -> None:
        for name in ("shift", "rotate", "scale", "elastic", "noise"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(f"{name}={value}: give how far at most, 0 or more")
        if self.scale >= 1:
            raise ValueError(f"scale={self.scale}: give a share below 1")

    def apply(self, images: Floats, seed: int) -> Floats:
        """Every image moved by chance, same shape; what comes in from outside is 0."""
        rng = np.random.default_rng(seed)
        n, height, width = images.shape
        rows, columns = self._sources(n, height, width, rng)
        moved = bilinear(np.asarray(images, np.float64), rows, columns)
        if self.flip:
            mirrored = rng.random(n) < 0.5
            moved[mirrored] = moved[mirrored][:, :, ::-1]
        return moved + rng.normal(0, self.noise, moved.shape) if self.noise else moved

    def copies(self, images: Floats, labels: NDArray[Any], count: int, seed: int) -> tuple[Floats, NDArray[Any]]:
        """The images followed by `count` moved copies of all, and the labels of each."""
        parts = [np.asarray(images, np.float64), *(self.apply(images, seed + n) for n in range(count))]
        return np.concatenate(parts), np.concatenate([labels] * (count + 1))

    def _sources(self, n: int, height: int, width: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Where each pixel comes from: rows and columns, (n, height, width)."""
        row, column = np.mgrid[0:height, 0:width].astype(np.float64)
        middle = (height - 1) / 2, (width - 1) / 2
        angle = np.radians(rng.uniform(-self.rotate, self.rotate, n))[:, None, None]
        size = rng.uniform(1 - self.scale, 1 + self.scale, n)[:, None, None]
        moves = rng.uniform(-self.shift, self.shift, (2, n, 1, 1))
        y, x = row - middle[0], column - middle[1]
        rows = (np.cos(angle) * y - np.sin(angle) * x) / size + middle[0] - moves[0]
        columns = (np.sin(angle) * y + np.cos(angle) * x) / size + middle[1] - moves[1]
        if self.elastic:
            rows = rows + self.elastic * _field(n, height, width, rng)
            columns = columns + self.elastic * _field(n, height, width, rng)
        return rows, columns


def bilinear(images: Floats, rows: Floats, columns: Floats) -> Floats:
    """The images' values at fractional places: each a mean of the four pixels around; 0 outside."""
    n, height, width = images.shape
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows, columns = np.clip(rows + 1, 0, height + 1), np.clip(columns + 1, 0, width + 1)
    top = np.minimum(np.floor(rows).astype(np.int64), height)
    left = np.minimum(np.floor(columns).astype(np.int64), width)
    down, right = rows - top, columns - left
    each = np.arange(n)[:, None, None]
    upper = padded[each, top, left] * (1 - right) + padded[each, top, left + 1] * right
    lower = padded[each, top + 1, left] * (1 - right) + padded[each, top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float64)


def _field(n: int, height: int, width: int, rng: np.random.Generator) -> Floats:
    """A smooth random field in [-1, 1], (n, height, width): a coarse grid of chance, interpolated."""
    coarse = rng.uniform(-1, 1, (n, 5, 5))
    row, column = np.meshgrid(np.linspace(0, 4, height), np.linspace(0, 4, width), indexing="ij")
    shape = (n, height, width)
    return bilinear(coarse, np.broadcast_to(row, shape), np.broadcast_to(column, shape))
