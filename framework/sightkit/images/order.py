"""The order of the images in an epoch and the seeds of their random changes: pure functions of where a run is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014: SplitMix64, whose output
# function is Stafford's Mix13. It is a bijection of 64-bit integers, so that two rows never share a pair of seeds.
GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def epoch_order(count: int, *, seed: int, stage: int, epoch: int) -> NDArray[np.int64]:
    """Return the order in which an epoch goes through ``count`` images.

    Args:
        count: How many images the training split holds.
        seed: The experiment's seed, in [0, 2**64).
        stage: The stage of the training, in [0, 2**32).
        epoch: The epoch, in [0, 2**32).

    Returns:
        A permutation of ``range(count)``, int64 of shape ``(count,)``.
    """
    key = np.array([seed, (stage << 32) | epoch], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).permutation(count)


def image_seeds(rows: NDArray[np.int64], *, seed: int, stage: int, epoch: int) -> NDArray[np.int32]:
    """Return the seeds of the random changes to some images in an epoch.

    The pair of an image depends on nothing but these arguments and its own row: not on the batch it is in, nor on
    who computes it.

    Args:
        rows: int64 of shape ``(n,)``: rows of the prepared images.
        seed: The experiment's seed, in [0, 2**64).
        stage: The stage of the training, in [0, 2**32).
        epoch: The epoch, in [0, 2**32).

    Returns:
        int32 of shape ``(n, 2)``.
    """
    key = scramble(scramble(np.array([seed], np.uint64)) ^ np.array([(stage << 32) | epoch], np.uint64))
    hashes = scramble(key + rows.astype(np.uint64) * GOLDEN_GAMMA)
    halves = np.stack([hashes >> np.uint64(32), hashes & np.uint64(0xFFFFFFFF)], axis=-1)
    return halves.astype(np.uint32).view(np.int32)


def scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of each 64-bit integer, one to one."""
    values = values + GOLDEN_GAMMA
    values = (values ^ (values >> np.uint64(30))) * MULTIPLIERS[0]
    values = (values ^ (values >> np.uint64(27))) * MULTIPLIERS[1]
    return values ^ (values >> np.uint64(31))
