"""How fast training is beside a step that is fed one constant batch, and beside Keras' own loop. Run by hand.

    python tests/benchmarks/training.py FOLDER [ROUNDS]

FOLDER holds Fashion-MNIST's training files (train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz). The network is
the one of Keras' example "Simple MNIST convnet" (https://keras.io/examples/vision/mnist_convnet/), a batch 128 images,
without augmentation. In a round each side goes through one epoch of 448 steps, in an order that changes from round to
round; every figure is a median over the rounds, every ratio one of the ratios within a round, so that a machine that
slows down slows down all sides. Compiling is left out.

- constant: the compiled steps, fed one constant batch: nothing is gathered, planned or told to anybody. The ceiling.
- in memory: training as it is, images in one tensor.
- memory map: the same, images in a file, gathered while the call before runs.
- tuned fit: `keras.Model.fit` over tf.data with cache, shuffle, batch and prefetch, 32 steps an execution, no XLA.
- usual fit: `keras.Model.fit` over tf.data with shuffle, batch and prefetch, one step an execution.
"""

from __future__ import annotations

import gzip
import itertools
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

BATCH, STEPS, STEPS_A_CALL, WARM_UP = 128, 448, 32, 1
TARGETS = {
    "in memory": {"constant": 0.97, "tuned fit": 1.0, "usual fit": 1.2},
    "memory map": {"constant": 0.92},
}


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    images, labels = fashion_mnist(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        np.save(path, images)
        mapped = np.load(path, mmap_mode="r")
        sides = {
            "constant": constant(images, labels),
            "in memory": ours(images, labels, memory=images.nbytes),
            "memory map": ours(mapped, labels, memory=0),
            "tuned fit": keras_fit(images, labels, steps_per_execution=STEPS_A_CALL, cache=True),
            "usual fit": keras_fit(images, labels, steps_per_execution=1, cache=False),
        }
        report(measure(sides, rounds))


def fashion_mnist(folder: Path) -> tuple[Any, Any]:
    """Return training images uint8 ``(57344, 28, 28, 1)``, 448 full batches, and their labels int64 ``(57344,)``."""
    pixels = gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes())
    images = np.frombuffer(pixels, np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return images[: BATCH * STEPS], np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)[: BATCH * STEPS]


def measure(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds that an epoch of each side took in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(rounds + WARM_UP):
        names = list(sides)
        for name in names[round_ % len(names) :] + names[: round_ % len(names)]:
            start = time.perf_counter()
            sides[name]()
            if round_ >= WARM_UP:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def report(seconds: dict[str, list[float]]) -> None:
    """Print a line for each side."""
    others = ("constant", "tuned fit", "usual fit")
    print(f"{'side':12}{'images/s':>10}" + "".join(f"{f'x {other}':>14}" for other in others) + "  targets")
    for name, taken in seconds.items():
        rate = STEPS * BATCH / statistics.median(taken)
        ratios = "".join(f"{ratio(seconds[other], taken):14.3f}" for other in others)
        targets = ", ".join(f">= {target} x {other}" for other, target in TARGETS.get(name, {}).items())
        print(f"{name:12}{rate:10,.0f}{ratios}  {targets}")


def ratio(others: list[float], own: list[float]) -> float:
    """Return how many times as fast as another side this one is."""
    return statistics.median(other / mine for other, mine in zip(others, own, strict=True))


def network() -> Any:
    """Return a fresh network of the example, without the softmax that its losses here apply themselves."""
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10),
        ]
    )


def cross_entropy(labels: Any, logits: Any) -> Any:
    """Return one loss a sample."""
    import tensorflow as tf

    return tf.nn.softmax_cross_entropy_with_logits(labels, logits)


def plan_of(images: Any, labels: Any) -> Any:
    """Return the batches of a training on all images."""
    from sightkit.images import PreparedData
    from sightkit.training.batches.plan import Plan

    data = PreparedData(
        classes=tuple(map(str, range(10))),
        ids=tuple(map(str, range(len(images)))),
        labels=labels,
        images=images,
        splits={"train": np.arange(len(images))},
        fingerprint="",
        licence=None,
        citation=None,
    )
    return Plan(data=data, batch_size=BATCH, seed=0)


def constant(images: Any, labels: Any) -> Callable[[], object]:
    """Return an epoch of the compiled steps whose every batch is the same."""
    import keras

    from sightkit.training.batches.feed import feed_for
    from sightkit.training.steps.step import Steps

    class ConstantSteps(Steps):
        """Steps that take what they are given for each batch."""

        def _gathered(self, images: Any, labels: Any, rows: Any) -> tuple[Any, Any]:
            del rows
            return images, labels

    plan = plan_of(images[:BATCH], labels[:BATCH])
    feed = feed_for(plan.data, memory=math.inf)
    steps = ConstantSteps(
        network(),
        optimizer=keras.optimizers.Adam(1e-3),
        loss=cross_entropy,
        augment=None,
        inputs=feed.inputs,
        num_classes=10,
    )
    batches = next(plan.epoch(1))
    repeated = type(batches)(
        epoch=1, first=0, rows=batches.rows.repeat(STEPS_A_CALL, 0), seeds=batches.seeds.repeat(STEPS_A_CALL, 0)
    )
    (block,) = feed.blocks([repeated])
    rates = np.full(STEPS_A_CALL, 1e-3, np.float32)
    return lambda: [steps.run(block, rates) for _ in range(STEPS // STEPS_A_CALL)]


def ours(images: Any, labels: Any, *, memory: int) -> Callable[[], object]:
    """Return an epoch of training, one after the other."""
    import keras

    from sightkit.training.loop.stage import Stage

    stage = Stage(
        network(),
        plan_of(images, labels),
        optimizer=keras.optimizers.Adam(1e-3),
        schedule=lambda _step: 1e-3,
        loss=cross_entropy,
        memory=memory,
    )
    epochs = stage.epochs(sys.maxsize)
    return lambda: next(epochs)


def keras_fit(images: Any, labels: Any, *, steps_per_execution: int, cache: bool) -> Callable[[], object]:
    """Return an epoch of `keras.Model.fit`."""
    import keras
    import tensorflow as tf

    def scaled(pixels: Any, label: Any) -> tuple[Any, Any]:
        return tf.cast(pixels, tf.float32) / 255.0, label

    dataset = tf.data.Dataset.from_tensor_slices((images, labels))
    dataset = (dataset.cache() if cache else dataset).shuffle(len(images)).batch(BATCH)
    dataset = dataset.map(scaled, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    model = network()
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
        jit_compile=False,
    )
    epochs = itertools.count()
    return lambda: model.fit(dataset, initial_epoch=(epoch := next(epochs)), epochs=epoch + 1, verbose=0)


if __name__ == "__main__":
    main()
