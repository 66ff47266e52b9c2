"""How fast augmentations are beside Keras' preprocessing layers, and whether threads change them. Run by hand.

    python tests/benchmarks/augmentations.py [ROUNDS]

Every figure is a ratio of medians over rounds in which each side runs once, so that a machine that slows down slows
down both. Both sides are a `tf.function` on the same batch.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

CLASSES = 10
SMALL, LARGE = (128, 28, 28, 1), (32, 160, 160, 3)
GEOMETRIC: dict[str, dict[str, Any]] = {
    "flip": {},
    "rotate": {"degrees": 18.0},
    "shift": {"height": 0.1, "width": 0.1},
    "zoom": {"min_factor": 0.8, "max_factor": 1.2},
}


def main() -> None:
    """Measure and print a table, or, for the other process, digests."""
    if sys.argv[1:2] == ["--digests"]:
        print_digests(int(sys.argv[2]))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(f"{'what':44}{'ours':>10}{'Keras':>10}{'ratio':>9}  target")
    for shape in (SMALL, LARGE):
        report(f"flip, rotate, shift, zoom of {shape}", ours(GEOMETRIC, shape), keras_geometric(), shape, rounds, 1.0)
    report(f"RandAugment of {LARGE}", ours({"rand-augment": {}}, LARGE), keras_rand_augment(), LARGE, rounds, 5.0)
    one, eight = (digests_with(threads) for threads in (1, 8))
    print(f"\n1 and 8 threads: {'identical' if one == eight else 'DIFFERENT'}")
    halves = all(line.endswith("same") for line in one)
    print(f"one batch of 32 and two of 16: {'identical' if halves else 'DIFFERENT'}")


def ours(uses: dict[str, dict[str, Any]], shape: tuple[int, ...]) -> Callable[[Any], Any]:
    """Return our augmentations with other seeds at every call."""
    import tensorflow as tf

    augment, steps = composed(uses, shape), itertools.count()
    seeds = seeds_of(shape[0])
    return lambda images: augment(images, seeds + tf.constant(next(steps)))


def composed(uses: dict[str, dict[str, Any]], shape: tuple[int, ...]) -> Callable[[Any, Any], Any]:
    """Return our augmentations, composed as in training, as a function of images and seeds."""
    import tensorflow as tf

    from sightkit import Augmentation, AugmentationTask, Registry
    from sightkit.training.batches.augment import compose

    task = AugmentationTask(image_shape=(shape[1], shape[2], shape[3]), num_classes=CLASSES)
    catalogue = Registry().catalogue
    found = [(catalogue.find(Augmentation, name).component, params) for name, params in uses.items()]
    transforms = [component.build(component.params(**params), task) for component, params in found]
    augment = tf.function(compose(transforms, image_shape=task.image_shape), autograph=False)
    return lambda images, seeds: augment(images, tf.one_hot(tf.range(len(images)) % CLASSES, CLASSES), seeds)[0]


def seeds_of(count: int) -> Any:
    """Return a pair for each image."""
    import tensorflow as tf

    return tf.stack([tf.range(count), tf.range(count) * 31], axis=1)


def keras_geometric() -> Callable[[Any], Any]:
    """Return the same operations of Keras, one layer each."""
    import tensorflow as tf
    from keras import layers

    stack = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.05, fill_mode="constant"),  # of a full turn: 18 degrees
        layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
        layers.RandomZoom((-0.2, 0.2), fill_mode="constant"),
    ]

    @tf.function(autograph=False)
    def apply(images: Any) -> Any:
        for layer in stack:
            images = layer(images, training=True)
        return images

    return apply


def keras_rand_augment() -> Callable[[Any], Any]:
    """Return Keras' layer with the operations and the strength of ours."""
    import tensorflow as tf
    from keras import layers

    layer = layers.RandAugment(value_range=(0.0, 1.0), num_ops=2, factor=0.3)
    return tf.function(lambda images: layer(images, training=True), autograph=False)


def report(
    what: str,
    own: Callable[[Any], Any],
    other: Callable[[Any], Any],
    shape: tuple[int, ...],
    rounds: int,
    target: float,
) -> None:
    """Time both sides in turn and print a line."""
    import tensorflow as tf

    images = tf.random.stateless_uniform(shape, seed=(1, 2))
    seconds: dict[str, list[float]] = {"own": [], "other": []}
    for round_ in range(rounds + 3):
        for name, apply in (("own", own), ("other", other)):
            start = time.perf_counter()
            apply(images).numpy()
            if round_ >= 3:
                seconds[name].append(time.perf_counter() - start)
    mine, theirs = statistics.median(seconds["own"]), statistics.median(seconds["other"])
    print(f"{what:44}{1000 * mine:7.1f} ms{1000 * theirs:7.1f} ms{theirs / mine:9.2f}  >= {target}", flush=True)


def digests_with(threads: int) -> list[str]:
    """Return what the augmentations make with so many threads, in a process of its own."""
    words = [sys.executable, __file__, "--digests", str(threads)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()


def print_digests(threads: int) -> None:
    """Print for each measured set a digest of one batch, and whether two halves of it are the same."""
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    for uses, shape in ((GEOMETRIC, SMALL), (GEOMETRIC, LARGE), ({"rand-augment": {}}, LARGE)):
        images = tf.random.stateless_uniform((32, *shape[1:]), seed=(1, 2))
        augment = composed(uses, shape)
        seeds = seeds_of(32)
        whole = augment(images, seeds)
        halves = np.concatenate([augment(images[:16], seeds[:16]), augment(images[16:], seeds[16:])])
        same = "same" if np.array_equal(halves, whole) else "different"
        print(hashlib.sha256(whole.numpy().tobytes()).hexdigest(), same)


if __name__ == "__main__":
    main()
