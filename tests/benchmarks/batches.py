"""How near training comes to the speed of a step that is fed one constant batch. Run by hand.

    python tests/benchmarks/batches.py FOLDER [ROUNDS]

FOLDER holds Fashion-MNIST's training files (train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz). The network is
basic-cnn, a batch 128 images. In a round each side runs one call of 12 steps, in an order that changes from round to
round; every figure is a median over the rounds, every ratio one of the ratios within a round, so that a machine that
slows down slows down all sides.

- constant: the compiled steps, fed one constant batch: nothing is gathered, planned or told to anybody. The ceiling.
- in memory: the training loop as it is, images in one tensor.
- memory map: the same, images in a file, gathered while the call before runs.
- fit: Keras' own loop over tf.data with cache, shuffle and prefetch, and 12 steps an execution.
"""

from __future__ import annotations

import gzip
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

BATCH, STEPS, WARM_UP = 128, 12, 4  # an epoch has 468 full batches, 39 calls
TARGETS = {"in memory": 0.97, "memory map": 0.92}


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    images, labels = fashion_mnist(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        np.save(path, images)
        mapped = np.load(path, mmap_mode="r")
        sides = {
            "constant": constant(images, labels),
            "in memory": ours(images, labels, memory=images.nbytes),
            "memory map": ours(mapped, labels, memory=0),
            "fit": keras_fit(images, labels),
        }
        report(measure(sides, rounds))


def fashion_mnist(folder: Path) -> tuple[Any, Any]:
    """Return the training images uint8 ``(60000, 28, 28, 1)`` and their labels int64 ``(60000,)``."""
    pixels = gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes())
    images = np.frombuffer(pixels, np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return images, np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)


def measure(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds that a call of each side took in each round."""
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
    print(f"{'side':12}{'steps/s':>9}{'of constant':>13}{'of fit':>8}  target")
    for name, taken in seconds.items():
        rate = STEPS / statistics.median(taken)
        constant, fit = (ratio(seconds[other], taken) for other in ("constant", "fit"))
        target = f">= {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:12}{rate:9.1f}{constant:13.3f}{fit:8.2f}  {target}")


def ratio(others: list[float], own: list[float]) -> float:
    """Return how many times as fast as another side this one is."""
    return statistics.median(other / mine for other, mine in zip(others, own, strict=True))


def network() -> Any:
    """Return a fresh basic-cnn."""
    import sightkit

    return sightkit.build_architecture("basic-cnn", image_shape=(28, 28, 1), num_classes=10)


def cross_entropy(labels: Any, logits: Any) -> Any:
    """Return one loss a sample."""
    import tensorflow as tf

    return tf.nn.softmax_cross_entropy_with_logits(labels, logits)


def plan_of(images: Any, labels: Any) -> Any:
    """Return the batches of a training on all images; 468 full ones an epoch."""
    from sightkit.images import PreparedData
    from sightkit.training.plan import Plan

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
    return Plan(data=data, batch_size=BATCH, seed=0, drop_last=True)


def constant(images: Any, labels: Any) -> Callable[[], object]:
    """Return a call of the compiled steps whose every batch is the same."""
    from sightkit.training.feed import Resident
    from sightkit.training.step import Steps

    class ConstantSteps(Steps):
        """Steps that take what they are given for each batch."""

        def _gathered(self, images: Any, labels: Any, rows: Any) -> tuple[Any, Any]:
            del rows
            return images, labels

    steps = ConstantSteps(network(), **settings())
    plan = plan_of(images[:BATCH], labels[:BATCH])
    batches = next(plan.epoch(1))
    repeated = type(batches)(first=0, rows=batches.rows.repeat(STEPS, 0), seeds=batches.seeds.repeat(STEPS, 0))
    (block,) = Resident(plan.data).blocks([repeated])
    rates = np.full(STEPS, 1e-3, np.float32)
    return lambda: steps.run(block, rates)


def settings() -> dict[str, Any]:
    """Return what all of ours are trained with."""
    import keras

    return {
        "optimizer": keras.optimizers.Adam(1e-3),
        "loss": cross_entropy,
        "augment": None,
        "image_shape": (28, 28, 1),
        "num_classes": 10,
    }


def ours(images: Any, labels: Any, *, memory: int) -> Callable[[], object]:
    """Return a call of the training loop, one after the other through the epochs."""
    from sightkit.training.callbacks import Callbacks
    from sightkit.training.calls import Calls
    from sightkit.training.feed import feed_for
    from sightkit.training.pace import Pace
    from sightkit.training.rate import LearningRate
    from sightkit.training.step import Steps

    class Even(Pace):
        """Calls of the same number of steps."""

        def count(self, remaining: int) -> int:
            return min(STEPS, remaining)

    model, own, plan = network(), settings(), plan_of(images, labels)
    model.stop_training = False
    calls = Calls(
        model=model,
        plan=plan,
        feed=feed_for(plan.data, memory=memory),
        steps=Steps(model, **own),
        rate=LearningRate(own["optimizer"], lambda _step: 1e-3),
        callbacks=Callbacks([], model=model, epochs=1, steps=plan.steps, higher_is_better={}),
        pace=Even(),
    )

    def tallies() -> Iterator[object]:
        for epoch in itertools.count(1):
            yield from calls.epoch(epoch)

    running = tallies()
    return lambda: next(running)


def keras_fit(images: Any, labels: Any) -> Callable[[], object]:
    """Return one execution of what `keras.Model.fit` runs, without its callbacks."""
    import keras
    import tensorflow as tf

    def scaled(pixels: Any, label: Any) -> tuple[Any, Any]:
        return tf.cast(pixels, tf.float32) / 255.0, label

    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).cache().shuffle(len(images))
    dataset = dataset.batch(BATCH, drop_remainder=True).map(scaled, num_parallel_calls=tf.data.AUTOTUNE)
    model = network()
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=STEPS,
    )
    model.make_train_function()
    batches = iter(dataset.repeat().prefetch(tf.data.AUTOTUNE))
    return lambda: model.train_function(batches)


if __name__ == "__main__":
    main()
