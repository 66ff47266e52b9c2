"""How long report.html takes and how large it is for a run of many classes and images. Run by hand.

    python tests/benchmarks/report.py [--classes 200] [--images 10000] [--side 224] [--keep FOLDER]

Predictions and images are made up: pictures with structure at several scales, and a model that is right on seven
images of ten and otherwise mostly takes a class for a few like it. The figures are the seconds and the bytes of the
page alone, against the targets for 200 classes and 10,000 images; seconds by the clock, and of work by this process,
which a busy machine doesn't change.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from sightkit import Predictions, Registry, Report, ReportTask

SECONDS, BYTES = 20, 5_000_000


def main() -> None:
    """Make the page once and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--classes", type=int, default=200)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=224, help="Pixels of an image.")
    parser.add_argument("--keep", type=Path, help="Where the page is left.")
    options = parser.parse_args()
    classes = tuple(f"species {label:03}" for label in range(options.classes))
    predictions = made_up(options.classes, options.images)
    images = made_up_images(side=options.side)
    task = ReportTask(classes=classes, experiment="made-up", pictures=lambda _, rows: images[rows % len(images)])
    component = Registry().catalogue.find(Report, "html").component
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report = component.build(component.params(), task)
        start, worked = time.perf_counter(), time.process_time()
        (path,) = report({"test": predictions}, folder).files
        seconds, work = time.perf_counter() - start, time.process_time() - worked
        size = path.stat().st_size
    print(f"{options.classes} classes, {options.images:,} images of {options.side} pixels")
    print(f"seconds  {seconds:10.1f}  below {SECONDS}")
    print(f"of work  {work:10.1f}")
    print(f"bytes    {size:10,}  below {BYTES:,}")


def made_up(classes: int, images: int) -> Predictions:
    """Return predictions that are right on seven images of ten."""
    generator = np.random.default_rng(0)
    labels = generator.integers(classes, size=images)
    other = (labels + generator.geometric(0.2, size=images)) % classes
    seen = np.where(generator.random(images) < 0.7, labels, other)
    logits = generator.normal(size=(images, classes))
    logits[np.arange(images), seen] += generator.gamma(4, 2, size=images)
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    ids = tuple(f"species {label:03}/photograph-{row:05}.jpg" for row, label in enumerate(labels.tolist()))
    return Predictions(ids=ids, labels=labels, probabilities=exponents / exponents.sum(axis=1, keepdims=True))


def made_up_images(*, side: int) -> np.ndarray:
    """Return 256 different images uint8 ``(256, side, side, 3)`` with structure at several scales."""
    generator = np.random.default_rng(0)
    images = np.full((256, side, side, 3), 128, dtype=np.float32)
    for cells in (2, 4, 8, 16, 32):
        coarse = generator.normal(scale=96 / cells**0.7, size=(256, cells, cells, 3))
        places = np.arange(side) * cells // side
        images += coarse[:, places][:, :, places].astype(np.float32)
    return np.clip(images, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
