"""How fast a head is trained on the features of a frozen backbone, beside `fit` of the Keras guide. Run by hand.

    python tests/benchmarks/features.py FOLDER [--rounds N] [--views 1 2 4] [--weights FILE] [--work FOLDER]

FOLDER holds Fashion-MNIST's training files (train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz). Of its images
4,500 are for training, 500 for validation and 1,000 for testing, enlarged to 96 x 96 RGB and decoded once: both sides
load the same arrays from the same files. The backbone is MobileNetV2 with the weights of FILE (.weights.h5, without the
top); without one, it is trained for one epoch on 20,000 other images at 48 x 48 first, once.

- ours: an experiment with one stage of ten epochs, freeze = "backbone"; with several views, images are flipped and
  rotated by up to 10 degrees.
- guide: the frozen part of https://keras.io/guides/transfer_learning/: the same backbone in inference mode, global
  average pooling, dropout 0.2 and a dense layer, `fit` with Adam over tf.data, shuffled, in batches, with prefetch.

Both: ten epochs, batches of 64, Adam at 0.001, validation after each epoch, accuracy on the test images at the end.
Every round has a seed of its own and runs each side once, as a process of its own with nothing kept from before; its
time is that of the whole process, and beside it stands that of the processors, which tells more where a machine has
other things to do. Ratios are medians of the ratios within a round, accuracies are means over the rounds: five rounds
give the five seeds of the target.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

TRAIN, VALIDATION, TEST, OTHERS = 4500, 500, 1000, 20_000
SIDE, SMALL_SIDE, CLASSES = 96, 48, 10
EPOCHS, BATCH, RATE, DROPOUT = 10, 64, 1e-3, 0.2


def main() -> None:
    """Measure, or be one of the sides."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--views", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--work", type=Path, help="where the arrays and the weights are kept; by default nowhere")
    parser.add_argument("--side", choices=["guide", "ours", "weights"], help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        sides = {"guide": guide, "ours": ours, "weights": make_weights}
        print(json.dumps(sides[options.side](options.work, options.weights, options.seed, options.views)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        make_arrays(options.folder, work)
        weights = options.weights or work / "backbone.weights.h5"
        if not weights.exists():
            run_side("weights", work, weights, seed=0)
        measure(work, weights, rounds=options.rounds, views=options.views)


@dataclass(frozen=True)
class Result:
    """What came of one process: its whole time and that of its processors in seconds, and its accuracy."""

    seconds: float
    processor_seconds: float
    accuracy: float


def measure(work: Path, weights: Path, *, rounds: int, views: list[int]) -> None:
    """Run the sides in turn and print a table."""
    results: dict[str, list[Result]] = {}
    for seed in range(rounds):
        sides = [("guide", 1), *(("ours", count) for count in views)]
        for side, count in sides if seed % 2 == 0 else reversed(sides):
            name = side if side == "guide" else f"ours, views = {count}"
            results.setdefault(name, []).append(run_side(side, work, weights, seed=seed, views=count))
            print(f"round {seed + 1}: {name}: {results[name][-1]}", flush=True)
    print(f"\n{'what':20}{'seconds':>10}{'ratio':>8}{'processor':>11}{'ratio':>8}{'accuracy':>10}{'difference':>12}")
    for name, each in results.items():
        print(f"{name:20}{line_of(each, results['guide'])}")
    print(f"{'target, views = 1':20}{'':10}{'>= 5':>8}{'':29}{'>= -0.01':>12}")


def line_of(results: list[Result], guides: list[Result]) -> str:
    """Return the medians of a side, of its ratios to the guide's, and its mean accuracy."""
    pairs = list(zip(results, guides, strict=True))
    seconds = statistics.median(result.seconds for result in results)
    processor = statistics.median(result.processor_seconds for result in results)
    ratio = statistics.median(guide.seconds / own.seconds for own, guide in pairs)
    work_ratio = statistics.median(guide.processor_seconds / own.processor_seconds for own, guide in pairs)
    accuracy = statistics.mean(result.accuracy for result in results)
    difference = statistics.mean(own.accuracy - guide.accuracy for own, guide in pairs)
    return f"{seconds:>10.1f}{ratio:>8.2f}{processor:>11.1f}{work_ratio:>8.2f}{accuracy:>10.4f}{difference:>+12.4f}"


def run_side(side: str, work: Path, weights: Path, *, seed: int, views: int = 1) -> Result:
    """Run a side in a process of its own."""
    words = [str(work), "--work", str(work), "--weights", str(weights), "--seed", str(seed), "--views", str(views)]
    before, start = processor_seconds(), time.perf_counter()
    done = subprocess.run([sys.executable, __file__, *words, "--side", side], check=True, stdout=subprocess.PIPE)
    seconds = time.perf_counter() - start
    return Result(seconds, processor_seconds() - before, float(json.loads(done.stdout.splitlines()[-1])))


def processor_seconds() -> float:
    """Return the time that processors have spent on processes started here: it doesn't depend on what else is busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make_arrays(folder: Path, work: Path) -> None:
    """Write ``images.npy``, ``labels.npy`` and, for the weights, ``other-images.npy`` and ``other-labels.npy``."""
    from PIL import Image

    work.mkdir(parents=True, exist_ok=True)
    if (work / "other-labels.npy").exists():
        return
    grey = np.frombuffer(gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    count = TRAIN + VALIDATION + TEST
    for name, rows, side in (("", slice(0, count), SIDE), ("other-", slice(count, count + OTHERS), SMALL_SIDE)):
        enlarged = [
            np.asarray(Image.fromarray(each).resize((side, side), Image.Resampling.BILINEAR).convert("RGB"))
            for each in grey.reshape(-1, 28, 28)[rows]
        ]
        np.save(work / f"{name}images.npy", np.stack(enlarged))
        np.save(work / f"{name}labels.npy", labels[rows].astype(np.int64))


def make_weights(work: Path, weights: Path, seed: int, views: list[int]) -> float:
    """Train a backbone for one epoch on the other images and write its weights."""
    del views
    import keras

    keras.utils.set_random_seed(seed)
    base = keras.applications.MobileNetV2(input_shape=(SMALL_SIDE, SMALL_SIDE, 3), include_top=False, weights=None)
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9  # 0.999 needs thousands of steps to follow the weights
    model = on_top_of(base, side=SMALL_SIDE, training=None)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    images, labels = np.load(work / "other-images.npy"), np.load(work / "other-labels.npy")
    history = model.fit(images, labels, batch_size=BATCH, epochs=1, verbose=0)
    base.save_weights(weights)
    return float(history.history["accuracy"][-1])


def on_top_of(base: Any, *, side: int, training: bool | None) -> Any:
    """Return the guide's model from images in [0, 255] to logits."""
    import keras

    inputs = keras.Input((side, side, 3))
    maps = base(keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs), training=training)
    features = keras.layers.Dropout(DROPOUT)(keras.layers.GlobalAveragePooling2D()(maps))
    return keras.Model(inputs, keras.layers.Dense(CLASSES)(features))


def guide(work: Path, weights: Path, seed: int, views: list[int]) -> float:
    """Return the test accuracy of the guide's model."""
    del views
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    base = keras.applications.MobileNetV2(input_shape=(SIDE, SIDE, 3), include_top=False, weights=None)
    base.load_weights(weights)
    base.trainable = False
    model = on_top_of(base, side=SIDE, training=False)
    model.compile(
        keras.optimizers.Adam(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    images, labels = np.load(work / "images.npy"), np.load(work / "labels.npy")
    bounds = [0, TRAIN, TRAIN + VALIDATION, TRAIN + VALIDATION + TEST]
    train, validation, test = (
        tf.data.Dataset.from_tensor_slices((images[first:last], labels[first:last])) for first, last in pairwise(bounds)
    )
    batches = train.shuffle(TRAIN).batch(BATCH).prefetch(tf.data.AUTOTUNE)
    model.fit(batches, epochs=EPOCHS, validation_data=validation.batch(BATCH).prefetch(tf.data.AUTOTUNE), verbose=0)
    return float(model.evaluate(test.batch(BATCH).prefetch(tf.data.AUTOTUNE), verbose=0)[1])


def ours(work: Path, weights: Path, seed: int, views: list[int]) -> float:
    """Return the test accuracy of the experiment."""
    import sightkit

    splits = ["train"] * TRAIN + ["validation"] * VALIDATION + ["test"] * TEST
    images, labels = np.load(work / "images.npy"), np.load(work / "labels.npy")
    source = sightkit.ArraySource(images, labels, classes=[str(label) for label in range(CLASSES)], splits=splits)
    (count,) = views
    values = {
        "seed": seed,
        "split": {"duplicates": "allow"},
        "augmentations": [{"use": "flip"}, {"use": "rotate", "degrees": 10.0}] if count > 1 else [],
        "architecture": {"use": "mobilenet", "weights": str(weights.absolute()), "dropout": DROPOUT},
        "optimizer": {"use": "adam", "learning_rate": RATE},
        "training": {"batch_size": BATCH, "stages": [{"epochs": EPOCHS, "freeze": "backbone", "views": count}]},
        "metrics": [],
        "reports": [],
    }
    with tempfile.TemporaryDirectory() as runs:
        run = sightkit.load(values, dataset=source).run(runs_dir=runs)
        return float(run.scores["test"]["accuracy"]["value"])


if __name__ == "__main__":
    main()
