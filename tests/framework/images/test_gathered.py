"""Images and labels out of pipelines that people have already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sightkit import ArraySource, DataError

IMAGES = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3, 1)
LABELS = np.array([0, 1, 0, 1, 1])
CLASSES = ("cat", "dog")


def batches(images: Any, labels: Any, size: int = 2) -> Iterator[tuple[Any, Any]]:
    """Yield batches, the last one smaller."""
    for start in range(0, len(images), size):
        yield images[start : start + size], labels[start : start + size]


def test_a_pipeline_of_tensorflow_is_gathered_whole_whatever_its_images_are_made_of() -> None:
    import tensorflow as tf

    for images in (IMAGES, (IMAGES / 255).astype(np.float32)):
        pipeline = tf.data.Dataset.from_tensor_slices((images, LABELS)).batch(2)
        source = ArraySource.from_batches(pipeline, classes=CLASSES, weights=np.ones(5))
        np.testing.assert_array_equal(source.images, IMAGES)
        assert source.samples.labels.tolist() == LABELS.tolist()
        assert source.samples.weights is not None


def test_a_pipeline_without_an_end_is_refused() -> None:
    import tensorflow as tf

    endless = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(2).repeat()
    with pytest.raises(DataError, match=r"the batches have no end; leave out \.repeat\(\)"):
        ArraySource.from_batches(endless, classes=CLASSES)


@pytest.mark.parametrize(
    ("yielded", "message"),
    [
        (list, "expected batches of images, found none"),
        (lambda: 3, "expected something that yields batches, such as a tf.data.Dataset, found int"),
        (lambda: [([[1, 2], [3]], [0, 1])], "batch 0: expected an array, found what none can be made of"),
        (lambda: [IMAGES], r"batch 0: expected a pair \(images, labels\), found ndarray"),
        (
            lambda: batches(IMAGES * 1.0, LABELS),
            r"uint8, or floats in \[0, 1\], found float64",
        ),
        (lambda: batches(IMAGES - 1.0, LABELS), "from -1.0 to"),
        (
            lambda: batches(IMAGES, np.eye(2)[LABELS]),
            r"integer for each of 2 images, found labels of shape \(2, 2\)",
        ),
        (
            lambda: [(IMAGES, LABELS), (IMAGES[:, 1:], LABELS)],
            r"batch 1: expected images of \(4, 3, 1\), found \(3",
        ),
        (lambda: zip(IMAGES, LABELS, strict=True), r"batch 0: expected an integer for each of 4 images"),
    ],
)
def test_what_is_no_batch_is_named_with_what_was_expected(yielded: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        ArraySource.from_batches(yielded(), classes=CLASSES)
