"""Chance that nothing can move: a number for every id, the same on every machine, in any order, for ever."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HASHES = 2.0**32
_MIX = np.uint64(0x9E3779B97F4A7C15)


def draws(ids: NDArray[np.object_] | Sequence[str], seed: str = "") -> NDArray[np.float64]:
    """A number in (0, 1) for every id, (n,): always the same one for a seed, and as good as random.

    The checksum alone is linear: two ids that differ in one bit would differ alike under every seed, so with a seed its
    bits are mixed. Source of the mixing: Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators.
    """
    hashes = np.fromiter((zlib.crc32(name.encode()) for name in list(ids)), np.uint64, len(ids))
    if seed:
        hashes = _mixed(hashes + (np.uint64(zlib.crc32(seed.encode())) << np.uint64(32))) >> np.uint64(32)
    return (hashes.astype(np.float64) + 0.5) / HASHES


def _mixed(z: NDArray[np.uint64]) -> NDArray[Any]:
    z = z + _MIX
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
