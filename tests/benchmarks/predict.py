"""How fast small JPEG files are predicted, beside what people write by hand. Run by hand.

    python tests/benchmarks/predict.py FOLDER [--rounds 5]

FOLDER holds Fashion-MNIST's IDX files, of which 10,000 images become JPEG files of 28 x 28 pixels and a small network
is trained for one epoch. Then the same files are predicted in three ways, each a process of its own that imports its
libraries, loads the model, and writes a CSV file with the class and the probability of each image:

- ours: ``sightkit predict RUN FOLDER --csv``;
- pipeline: tf.data with ``read_file``, ``decode_jpeg``, ``resize``, ``batch`` and ``prefetch``, in as many threads as
  it finds best, and one ``model.predict``;
- loop: as the Keras docs predict an image, ``load_img``, ``img_to_array`` and ``model.predict``, one after the other.
  Its start and 300 images are measured, and the others counted as if they took as long.

Every figure is a ratio of medians over rounds, in which each side runs once, so that a machine that slows down slows
down all of them. Seconds of the processor, all threads together, stand beside: other work on the machine changes them
less.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

COUNT, PART, BATCH, SIDE = 10_000, 300, 256, 28
TARGETS = {"loop": ">= 10", "pipeline": ">= 1.0"}


def main() -> None:
    """Measure and print a table, or, in a process of its own, be one side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        SIDES[options.side](options.folder, options.model)
        return
    with tempfile.TemporaryDirectory() as name:
        print("making files and a run", flush=True)
        files = make_files(options.folder, Path(name) / "files")
        run = train(options.folder, Path(name))
        report(measure(files, run, rounds=options.rounds))


def make_files(source: Path, folder: Path) -> Path:
    """Write the files, a folder for each class."""
    from PIL import Image
    from training import fashion_mnist

    images, labels = fashion_mnist(source)
    for number, (image, label) in enumerate(zip(images[:COUNT, ..., 0], labels, strict=False)):
        path = folder / str(label) / f"{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path, quality=90)
    return folder


def train(source: Path, folder: Path) -> Path:
    """Return the folder of a run of one epoch."""
    from training import fashion_mnist

    from sightkit import ArraySource, load

    images, labels = fashion_mnist(source)
    data = ArraySource(images[:COUNT, ..., 0], labels[:COUNT], classes=[f"class {label}" for label in range(10)])
    values = {"split": {"duplicates": "allow"}, "training": {"epochs": 1}, "metrics": [], "reports": []}
    return load(values, dataset=data).run(runs_dir=folder).path


def measure(files: Path, run: Path, *, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return the wall-clock and the processor's seconds of each side in each round; the first round only warms up."""
    here = [sys.executable, __file__, str(files), "--model", str(run / "model" / "model.keras"), "--side"]
    commands: Mapping[str, list[str]] = {
        "ours": [sys.executable, "-m", "sightkit", "predict", str(run), str(files), "--csv", "--top", "1"],
        "pipeline": [*here, "pipeline"],
        "loop": [*here, "loop"],
        "loop, one image": [*here, "one"],
    }
    seconds: dict[str, list[tuple[float, float]]] = {side: [] for side in commands}
    for round_ in range(rounds + 1):
        for side, words in commands.items():
            taken = timed(words, rows=COUNT if side in {"ours", "pipeline"} else None)
            if round_ > 0:
                seconds[side].append(taken)
    return seconds


def timed(words: list[str], *, rows: int | None) -> tuple[float, float]:
    """Return the wall-clock and the processor's seconds of a command whose output has so many rows."""
    with tempfile.TemporaryFile("w+") as output:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(words, stdout=output, stderr=subprocess.PIPE, text=True, check=False)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        output.seek(0)
        found = sum(1 for _ in output) - 1
    if done.returncode != 0 or found != (rows or found):
        sys.exit(f"{words} failed, {found} rows:\n{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(seconds: Mapping[str, list[tuple[float, float]]]) -> None:
    """Print each figure with its target."""
    walls, busy = ({side: statistics.median(each[at] for each in seconds[side]) for side in seconds} for at in (0, 1))
    for taken in (walls, busy):
        one = taken.pop("loop, one image")
        taken["loop"] = one + (taken["loop"] - one) / (PART - 1) * (COUNT - 1)
    print(f"\n{'':10}{'seconds':>9}{'images/s':>10}{'ours is':>9}{'  target':8}{'processor':>12}{'ours is':>9}")
    for side in ("ours", "pipeline", "loop"):
        ratio, ratio_busy = (f"{taken[side] / taken['ours']:.2f} x" for taken in (walls, busy))
        line = f"{side:10}{walls[side]:9.1f}{COUNT / walls[side]:10.0f}{ratio:>9}  {TARGETS.get(side, ''):8}"
        print(f"{line}{busy[side]:10.1f}{ratio_busy:>9}")


def pipeline(folder: Path, model: Path) -> None:
    """Predict with tf.data in batches."""
    import keras
    import tensorflow as tf

    files = sorted(map(str, folder.rglob("*.jpg")))

    def read(path: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=1)
        return tf.image.resize(image, (SIDE, SIDE)) / 255.0

    data = tf.data.Dataset.from_tensor_slices(files).map(read, num_parallel_calls=tf.data.AUTOTUNE)
    network = keras.saving.load_model(model, compile=False)
    logits = network.predict(data.batch(BATCH).prefetch(tf.data.AUTOTUNE), verbose=0)
    write_rows(files, keras.ops.softmax(logits).numpy())


def loop(folder: Path, model: Path, *, count: int = PART) -> None:
    """Predict one image after the other."""
    import keras

    files = sorted(map(str, folder.rglob("*.jpg")))[:count]
    network = keras.saving.load_model(model, compile=False)
    rows = []
    for file in files:
        image = keras.utils.load_img(file, color_mode="grayscale", target_size=(SIDE, SIDE))
        batch = keras.ops.expand_dims(keras.utils.img_to_array(image) / 255.0, 0)
        rows.append(keras.ops.softmax(network.predict(batch, verbose=0)).numpy()[0])
    write_rows(files, rows)


def one(folder: Path, model: Path) -> None:
    """Predict the first image: what the loop needs to start."""
    loop(folder, model, count=1)


def write_rows(files: list[str], rows: object) -> None:
    """Write the class and the probability of each image to standard output."""
    import numpy as np

    table = csv.writer(sys.stdout)
    table.writerow(["image", "class", "probability"])
    probabilities = np.asarray(rows)
    labels = probabilities.argmax(axis=1)
    for file, label, row in zip(files, labels, probabilities, strict=True):
        table.writerow([file, f"class {label}", row[label]])


SIDES: dict[str, Callable[[Path, Path], None]] = {"pipeline": pipeline, "loop": loop, "one": one}


if __name__ == "__main__":
    main()
