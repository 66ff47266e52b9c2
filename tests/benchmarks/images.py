"""How fast photographs are prepared and gone through again, beside Keras' own reading of folders. Run by hand.

    python tests/benchmarks/images.py [--rounds 5] [--photographs FOLDER]

2,000 JPEG files of about 1024 x 768 pixels become 160 x 160: by `sightkit.Experiment.prepare` with an empty cache,
which also checks, hashes and stores them, and by going once through `keras.utils.image_dataset_from_directory`, which
reads ahead in as many threads as it finds best. Later passes: every image in batches of 32 in random order from the
store, and the same Keras dataset gone through once more. Nobody gets around undoing the files' Huffman coding: what
that takes alone is measured with Pillow, which decodes them to an eighth of their sides in the same threads.

Every figure is a ratio of medians over rounds, in which each side runs once in a process of its own, so that a machine
that slows down slows down both. Imports don't count; the files are in the system's memory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

COUNT = 2000
SIDE = 160
BATCH = 32
FIRST_TARGET, LATER_TARGET = 1.0, 20.0


def main() -> None:
    """Measure and print a table, or, in a process of its own, measure one side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photographs", type=Path, help="where the files are kept; made if they aren't there")
    parser.add_argument("--measure", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(*SIDES[options.measure](options.photographs, options.cache))
        return
    with tempfile.TemporaryDirectory() as name:
        photographs = options.photographs or Path(name) / "photographs"
        print(f"making photographs in {photographs}", flush=True)
        make(photographs)
        report(measure(photographs, cache=Path(name) / "cache", rounds=options.rounds))


def make(folder: Path) -> None:
    """Write the files that aren't there yet."""
    from photographs import make_photographs

    make_photographs(folder, COUNT)


def measure(photographs: Path, *, cache: Path, rounds: int) -> dict[str, list[list[float]]]:
    """Return the seconds that each side took for the first and for a later pass; the first round only warms up."""
    seconds: dict[str, list[list[float]]] = {side: [] for side in SIDES}
    for round_ in range(rounds + 1):
        for side in SIDES:
            words = [__file__, "--measure", side, "--photographs", str(photographs), "--cache", str(cache)]
            done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{side} failed:\n{done.stderr}")
            shutil.rmtree(cache, ignore_errors=True)
            if round_ > 0:
                seconds[side].append([float(word) for word in done.stdout.split()])
    return seconds


def report(seconds: dict[str, list[list[float]]]) -> None:
    """Print each figure with its target."""
    first, later = ({side: column(rows, place) for side, rows in seconds.items()} for place in (0, 1))
    print(f"\n{'images a second':22}{'ours':>9}{'Keras':>9}{'ratio':>9}  target")
    for name, taken, target in (("first pass", first, FIRST_TARGET), ("later pass", later, LATER_TARGET)):
        ratio = taken["keras"] / taken["ours"]
        print(f"{name:22}{COUNT / taken['ours']:9.0f}{COUNT / taken['keras']:9.0f}{ratio:9.2f}  >= {target}")
    alone, ours = first["huffman"], first["ours"]
    print(f"\nHuffman decoding alone: {alone:.2f} s, {alone / ours:.0%} of the {ours:.2f} s of the first pass")


def column(rows: list[list[float]], place: int) -> float:
    """Return the median of what was measured at one place; 0 where nothing was."""
    return statistics.median(row[place] for row in rows) if len(rows[0]) > place else 0.0


def measure_ours(photographs: Path, cache: Path) -> tuple[float, float]:
    """Return the seconds of preparing everything and of going through the store in random order."""
    import numpy as np

    import sightkit
    import sightkit.images.prepare

    experiment = sightkit.load(
        {"dataset": {"use": "image-folder", "path": str(photographs)}, "images": {"size": [SIDE, SIDE]}}
    )
    experiment.check()
    start = time.perf_counter()
    images = experiment.prepare(cache_dir=cache).images
    prepared = time.perf_counter()
    rows = np.random.default_rng(0).permutation(len(images))
    total = sum(images[rows[begin : begin + BATCH]].shape[0] for begin in range(0, len(rows), BATCH))
    end = time.perf_counter()
    assert total == COUNT
    return prepared - start, end - prepared


def measure_keras(photographs: Path, _cache: Path) -> tuple[float, float]:
    """Return the seconds of listing the files and going through them, and of going through them again."""
    import keras

    start = time.perf_counter()
    data = keras.utils.image_dataset_from_directory(
        photographs, image_size=(SIDE, SIDE), crop_to_aspect_ratio=True, batch_size=BATCH, verbose=False
    )
    total = sum(images.shape[0] for images, _ in data)
    first = time.perf_counter()
    total += sum(images.shape[0] for images, _ in data)
    end = time.perf_counter()
    assert total == 2 * COUNT
    return first - start, end - first


def measure_huffman(photographs: Path, _cache: Path) -> tuple[float]:
    """Return the seconds of reading the files and decoding of each block of 8 x 8 pixels nothing but its mean."""
    from PIL import Image

    from sightkit.images.decoding.reading import usable_processors

    def decode(file: Path) -> None:
        with Image.open(file) as image:
            image.draft(None, (image.width // 8, image.height // 8))
            image.load()

    files = sorted(photographs.rglob("*.jpg"))
    start = time.perf_counter()
    with ThreadPoolExecutor(usable_processors()) as pool:
        for _ in pool.map(decode, files):
            pass
    return (time.perf_counter() - start,)


SIDES: dict[str, Callable[[Path, Path], tuple[float, ...]]] = {
    "ours": measure_ours,
    "keras": measure_keras,
    "huffman": measure_huffman,
}


if __name__ == "__main__":
    main()
