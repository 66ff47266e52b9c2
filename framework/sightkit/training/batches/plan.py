"""Which images each step of an epoch sees, and with which augmentation seeds: a pure function of where training is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from sightkit.errors import ConfigError
from sightkit.images.order import balanced_order, epoch_order, image_seeds, occurrences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images import PreparedData

Sampling: TypeAlias = Literal["shuffled", "balanced"]
"""What ``sampling`` of ``[training]`` may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """Batches of one size that follow each other.

    Attributes:
        epoch: Which epoch they are of, counted from 1.
        first: The place of the first one in its epoch, counted from 0.
        rows: int32 ``(steps, batch)``; rows of the table of images.
        seeds: int32 ``(steps, batch, 2)``; the augmentation seeds of each image.
    """

    epoch: int
    first: int
    rows: NDArray[np.int32]
    seeds: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> int:
        """Images of each batch."""
        _, size = self.rows.shape
        return int(size)

    def split(self, count: int) -> tuple[Batches, Batches]:
        """Return the first ``count`` batches and the others."""
        return (
            replace(self, rows=self.rows[:count], seeds=self.seeds[:count]),
            replace(self, first=self.first + count, rows=self.rows[count:], seeds=self.seeds[count:]),
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The batches of a stage.

    Attributes:
        data: The images and the splits.
        batch_size: Images a step; the last batch of an epoch has what is left.
        seed: The experiment's.
        stage: Counted from 0.
        sampling: Whether an epoch has every image once, or as many images of each class.
        drop_last: Leave out the last batch of an epoch if it is smaller.
        replicas: How many share each batch. None of them gets nothing: a last batch of fewer images is left out.

    Raises:
        ConfigError: that leaves no batch, or a batch has less than an image for each replica.
    """

    data: PreparedData
    batch_size: int
    seed: int
    stage: int = 0
    sampling: Sampling = "shuffled"
    drop_last: bool = False
    replicas: int = 1

    def __post_init__(self) -> None:
        images = min(self.batch_size, len(self.data.splits["train"]))
        if images < self.replicas:
            message = (
                f"training.batch_size: a batch of {images:,} is shared by {self.replicas} replicas; expected at least "
                "one image for each of them"
            )
            raise ConfigError(message)
        if not self.steps:
            message = (
                f"training.drop_last: the training split has {len(self.data.splits['train']):,} images, and a batch is "
                f"{self.batch_size:,}; expected at least one full batch; lower training.batch_size, or leave out "
                "drop_last"
            )
            raise ConfigError(message)

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        full, left = divmod(len(self.data.splits["train"]), self.batch_size)
        return full + (left >= self.replicas and not self.drop_last)

    def batch(self, step: int) -> Batches:
        """Return the one batch of a step, counted from 0 over all epochs."""
        epoch, start = divmod(step, self.steps)
        batch, _ = next(self.epoch(epoch + 1, start=start)).split(1)
        return batch

    def epoch(self, epoch: int, *, start: int = 0) -> Iterator[Batches]:
        """Yield the full batches of an epoch, then the smaller last one if there is one.

        Args:
            epoch: Counted from 1.
            start: The step of the epoch to begin with, counted from 0.
        """
        rows, seeds = self._images(epoch)
        full = len(rows) // self.batch_size
        for first, end, size in ((0, full, self.batch_size), (full, self.steps, len(rows) % self.batch_size)):
            begin = max(first, start)
            if begin < end:
                chosen = slice(begin * self.batch_size, begin * self.batch_size + (end - begin) * size)
                yield Batches(
                    epoch=epoch,
                    first=begin,
                    rows=rows[chosen].astype(np.int32).reshape(-1, size),
                    seeds=seeds[chosen].reshape(-1, size, 2),
                )

    def _images(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the rows of an epoch's images in their order, and the seeds of each."""
        train = self.data.splits["train"]
        if self.sampling == "balanced":
            order = balanced_order(self.data.labels[train], seed=self.seed, stage=self.stage, epoch=epoch)
            occurrence: NDArray[np.int64] | int = occurrences(order)
        else:
            order = epoch_order(len(train), seed=self.seed, stage=self.stage, epoch=epoch)
            occurrence = 0
        rows = train[order]
        return rows, image_seeds(rows, seed=self.seed, stage=self.stage, epoch=epoch, occurrence=occurrence)
