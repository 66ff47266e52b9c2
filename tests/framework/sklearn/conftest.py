"""A task that trains in less than a second: which third of a small image is bright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from networks import perceptron
from sightkit.sklearn import ImageClassifier


@dataclass(frozen=True)
class Task:
    """Images uint8 ``(60, 9, 6)``, and where each is bright."""

    images: Any
    labels: Any

    @property
    def rows(self) -> Any:
        return self.images.reshape(60, -1)


@pytest.fixture(scope="session")
def task() -> Task:
    generator = np.random.default_rng(0)
    where = generator.permutation(60) % 3
    images = generator.integers(0, 100, (60, 9, 6), dtype=np.uint8)
    for image, third in zip(images, where, strict=True):
        image[3 * third : 3 * third + 3] += 70
    images.flags.writeable = False
    return Task(images, np.array(["top", "middle", "bottom"])[where])


def small(architecture: Any = perceptron, **params: Any) -> ImageClassifier:
    """Return an estimator of the smallest network."""
    return ImageClassifier(architecture, **{"epochs": 4, "batch_size": 16, "random_state": 0, **params})


@pytest.fixture(scope="session")
def build() -> Any:
    return small


@pytest.fixture(scope="session")
def fitted(task) -> ImageClassifier:
    return small().fit(task.images, task.labels)
