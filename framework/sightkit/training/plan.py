"""Which images each step of an epoch sees, and with which augmentation seeds: a pure function of where training is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit.images.order import epoch_order, image_seeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images import PreparedData


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """Batches of one size that follow each other.

    Attributes:
        first: The place of the first one in its epoch, counted from 0.
        rows: int32 ``(steps, batch)``; rows of the table of images.
        seeds: int32 ``(steps, batch, 2)``; the augmentation seeds of each image.
    """

    first: int
    rows: NDArray[np.int32]
    seeds: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)

    def split(self, count: int) -> tuple[Batches, Batches]:
        """Return the first ``count`` batches and the others."""
        return (
            Batches(first=self.first, rows=self.rows[:count], seeds=self.seeds[:count]),
            Batches(first=self.first + count, rows=self.rows[count:], seeds=self.seeds[count:]),
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The batches of a stage.

    Attributes:
        data: The images and the splits.
        batch_size: Images a step; the last batch of an epoch has what is left.
        seed: The experiment's.
        stage: Counted from 0.
    """

    data: PreparedData
    batch_size: int
    seed: int
    stage: int

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return math.ceil(len(self.data.splits["train"]) / self.batch_size)

    def epoch(self, epoch: int) -> Iterator[Batches]:
        """Yield the full batches of an epoch, counted from 1, then the smaller last one if there is one."""
        where = {"seed": self.seed, "stage": self.stage, "epoch": epoch}
        train = self.data.splits["train"]
        rows = train[epoch_order(len(train), **where)]
        seeds = image_seeds(rows, **where)
        full = len(rows) // self.batch_size
        for first, count, size in ((0, full, self.batch_size), (full, 1, len(rows) % self.batch_size)):
            if count and size:
                chosen = slice(first * self.batch_size, first * self.batch_size + count * size)
                yield Batches(
                    first=first,
                    rows=rows[chosen].astype(np.int32).reshape(count, size),
                    seeds=seeds[chosen].reshape(count, size, 2),
                )
