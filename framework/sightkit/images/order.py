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
    return generator_of(seed=seed, stage=stage, epoch=epoch).permutation(count)


def balanced_order(labels: NDArray[np.int64], *, seed: int, stage: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of an epoch that shows as many images of each class, up to one.

    The images of a class come in a fresh permutation; a small class goes through several, a large one only through
    the beginning of one. Which classes show one more than the others is drawn. Classes without images show none.

    Args:
        labels: int64 of shape ``(n,)``: the labels of the training split.
        seed: The experiment's seed, in [0, 2**64).
        stage: The stage of the training, in [0, 2**32).
        epoch: The epoch, in [0, 2**32).

    Returns:
        int64 of shape ``(n,)``: indices into ``labels``.
    """
    generator = generator_of(seed=seed, stage=stage, epoch=epoch)
    classes = np.unique(labels)
    shares = np.full(len(classes), len(labels) // max(len(classes), 1))
    shares[generator.permutation(len(classes))[: len(labels) % max(len(classes), 1)]] += 1
    order = np.empty(len(labels), np.int64)
    filled = 0
    for label, share in zip(classes, shares.tolist(), strict=True):
        members = np.flatnonzero(labels == label)
        for start in range(0, share, len(members)):
            count = min(len(members), share - start)
            order[filled : filled + count] = generator.permutation(members)[:count]
            filled += count
    return generator.permutation(order)


def generator_of(*, seed: int, stage: int, epoch: int) -> np.random.Generator:
    """Return the generator of random numbers that an epoch's order is drawn from."""
    key = np.array([seed, (stage << 32) | epoch], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def occurrences(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many entries before each one are equal to it: int64 of shape ``(n,)``."""
    by_row = np.argsort(rows, kind="stable")
    ascending = rows[by_row]
    counts = np.empty(len(rows), np.int64)
    counts[by_row] = np.arange(len(rows)) - np.searchsorted(ascending, ascending)
    return counts


def image_seeds(
    rows: NDArray[np.int64], *, seed: int, stage: int, epoch: int, occurrence: NDArray[np.int64] | int = 0
) -> NDArray[np.int32]:
    """Return the seeds of the random changes to some images in an epoch.

    The pair of an image depends on nothing but these arguments and its own row: not on the batch it is in, nor on
    who computes it.

    Args:
        rows: int64 of shape ``(n,)``: rows of the prepared images.
        seed: The experiment's seed, in [0, 2**64).
        stage: The stage of the training, in [0, 2**32).
        epoch: The epoch, in [0, 2**32).
        occurrence: How often the epoch has shown each image before: int64 of shape ``(n,)``, or 0 for none. Two
            occurrences of two rows below 2**32 never share a pair.

    Returns:
        int32 of shape ``(n, 2)``.
    """
    key = scramble(scramble(np.array([seed], np.uint64)) ^ np.array([(stage << 32) | epoch], np.uint64))
    numbers: NDArray[np.uint64] = rows.astype(np.uint64) + (np.asarray(occurrence, np.uint64) << np.uint64(32))
    hashes = scramble(key + numbers * GOLDEN_GAMMA)
    halves = np.stack([hashes >> np.uint64(32), hashes & np.uint64(0xFFFFFFFF)], axis=-1)
    return halves.astype(np.uint32).view(np.int32)


def scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of each 64-bit integer, one to one."""
    values = values + GOLDEN_GAMMA
    values = (values ^ (values >> np.uint64(30))) * MULTIPLIERS[0]
    values = (values ^ (values >> np.uint64(27))) * MULTIPLIERS[1]
    return values ^ (values >> np.uint64(31))
