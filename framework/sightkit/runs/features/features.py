"""`Features`: what the frozen backbone of a run makes of its images, each computed once and kept."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import InterruptedRunError
from sightkit.evaluation.batchwise import rows_a_call
from sightkit.images.order import image_seeds
from sightkit.runs.data.maker import paths_of
from sightkit.runs.features.address import (
    address,
    describe_arithmetic,
    describe_augmentations,
    describe_code,
    describe_images,
    digest_of,
)
from sightkit.runs.features.backbone import FrozenBackbone
from sightkit.runs.features.files import FeatureFolder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import Network
    from sightkit.runs.execution import Execution
    from sightkit.training.batches.augment import Augment


class Features:
    """The pooled features of the images of a run under its backbone as it is when they are asked for.

    They are in the cache folder, or in memory where nothing is kept there.

    Args:
        execution: Of which run.
        network: The parts of its model.
        augment: The composed augmentations of its training; ``None`` for none.

    Attributes:
        computed: How many were computed here.
        seconds: How long that took.
    """

    def __init__(self, execution: Execution, network: Network, *, augment: Augment | None) -> None:
        settings, data = execution.settings, execution.data
        self.computed, self.seconds = 0, 0.0
        self._execution = execution
        self._cache = execution.cache if settings.images.cache == "disk" else None
        self._backbone = FrozenBackbone(network, augment=augment)
        dataset = " ".join([settings.dataset.name, *paths_of(settings.dataset)])
        self._label = f"{dataset}: features of {settings.architecture.name}"
        self._about = [describe_images(settings, data), describe_code(settings, "architecture"), describe_arithmetic()]
        self._augmentations = describe_augmentations(settings)
        self._digest: str | None = None
        self._known: dict[str, NDArray[np.float32]] = {}

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the features ``(n, features)`` of the images at ``rows`` as they are.

        Raises:
            InterruptedRunError: somebody wants the run to stop.
            StorageError: they can't be written.
        """
        return self._kept(rows, None, digest=self._backbone.digest())

    def of_known_backbone(self, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Return what `of` does; ``None`` if none were asked for before of the backbone as it is. Raises as `of`."""
        digest = self._backbone.digest()
        return self._kept(rows, None, digest=digest) if digest == self._digest else None

    def of_view(self, rows: NDArray[np.int64], view: int, *, stage: int) -> NDArray[np.float32]:
        """Return those of an augmented view of the images, counted from 0, of a stage, likewise; raises as `of` does.

        Its draws are those that an epoch of this number, counted from 1, would have.
        """
        seeds = image_seeds(rows, seed=self._execution.settings.seed, stage=stage, epoch=view + 1)
        return self._kept(rows, seeds, digest=self._backbone.digest())

    def _kept(self, rows: NDArray[np.int64], seeds: NDArray[np.int32] | None, *, digest: str) -> NDArray[np.float32]:
        view = None if seeds is None else [digest_of(seeds), self._augmentations]
        name = address(self._about, digest, digest_of(rows), view)
        if digest != self._digest:
            self._digest, self._known = digest, {}
        if name not in self._known:
            self._known[name] = self._found(name, rows, seeds)
        return self._known[name]

    def _found(self, name: str, rows: NDArray[np.int64], seeds: NDArray[np.int32] | None) -> NDArray[np.float32]:
        def compute(start: int) -> Generator[NDArray[np.float32], None, None]:
            return self._computed(rows[start:], None if seeds is None else seeds[start:])

        shape = (len(rows), *self._backbone.shape)
        if self._cache is None:
            return filled(shape, compute(0))
        images = self._execution.data.images
        folder = FeatureFolder.of(self._cache, name, shape, batch_size=rows_a_call(images.shape[1:]))
        if (found := folder.open()) is not None:
            return found
        return folder.make(compute, label=self._label, waiting=self._wait)

    def _computed(
        self, rows: NDArray[np.int64], seeds: NDArray[np.int32] | None
    ) -> Generator[NDArray[np.float32], None, None]:
        execution, done = self._execution, 0
        start = time.perf_counter()
        for features in self._backbone.features(execution.data.images, rows, seeds):
            yield features
            done += len(features)
            execution.display.features(done, len(rows))
            # Processes that train together stop together: at the next call of the compiled loop.
            if execution.replicas.workers == 1 and execution.stop():
                message = f"stopped while features were computed; to go on: {execution.way_on}"
                raise InterruptedRunError(message)
        self.computed += done
        self.seconds += time.perf_counter() - start

    def _wait(self) -> None:
        self._execution.display.note("another process computes the same features; it is waited for")


def filled(shape: tuple[int, ...], batches: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return an array of batches that follow each other; in memory there are no two of it."""
    values, start = np.empty(shape, np.float32), 0
    for batch in batches:
        values[start : start + len(batch)] = batch
        start += len(batch)
    return values
