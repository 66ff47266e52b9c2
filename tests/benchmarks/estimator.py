"""How long `ImageClassifier.fit` takes compared with `keras.Model.fit` of the same network, and `predict` of one image.

Usage: ``python tests/benchmarks/estimator.py``. Both train on scikit-learn's digits, in turns; the fastest of each
counts, and the first fit of the process doesn't. A fit builds a network and compiles its steps, so that few epochs are
the worst case. Targets: fits of few epochs and of many at most as long as Keras', a prediction of one image 10 ms.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

import sightkit
from sightkit.sklearn import ImageClassifier

ROUNDS = 4
EPOCHS = (1, 10, 50)
BATCH = 64
ARCHITECTURE = {"filters": (16, 32)}


def seconds(function: Callable[[], Any]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    """Compare, and print a line for each number of epochs."""
    digits = load_digits()
    images, labels = (digits.images * 255 / 16).round().astype(np.uint8), digits.target

    def ours(epochs: int) -> ImageClassifier:
        keys = {f"architecture__{key}": value for key, value in ARCHITECTURE.items()}
        return ImageClassifier(epochs=epochs, batch_size=BATCH, random_state=0, **keys).fit(images, labels)

    def theirs(epochs: int) -> None:
        import keras

        model = sightkit.build_architecture("basic-cnn", image_shape=(8, 8, 1), num_classes=10, **ARCHITECTURE)
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        model.fit(images[..., None] / np.float32(255), labels, batch_size=BATCH, epochs=epochs, verbose=0)

    fitted = ours(1)
    theirs(1)
    for epochs in EPOCHS:
        times = [(seconds(partial(ours, epochs)), seconds(partial(theirs, epochs))) for _ in range(ROUNDS)]
        own, other = (min(each) for each in zip(*times, strict=True))
        print(f"{epochs:3} epochs: ImageClassifier.fit {own:.2f} s, keras.Model.fit {other:.2f} s: {own / other:.2f}")
    fitted.predict(images[:1])
    one = min(seconds(lambda: fitted.predict(images[:1])) for _ in range(20))
    all_of_them = min(seconds(lambda: fitted.predict(images)) for _ in range(5))
    print(f"predict: one image {one * 1000:.1f} ms, {len(images):,} images {all_of_them * 1000:.0f} ms")


if __name__ == "__main__":
    main()
