"""How much memory preparing and training need as the images become more than may be held in it. Run by hand, on Linux.

    python tests/benchmarks/memory.py [--rounds 3]

15,000 and 60,000 generated images of 80 x 80 x 3, 0.3 and 1.2 GB, where `images.memory` allows 0.07 GB, so that both
are trained on through the memory map. The figure is by how much the peak of the anonymous memory (RssAnon of
/proc/self/status: what no file backs) of the larger set is above that of the smaller one; medians over rounds, in which
each runs once in a process of its own. Pages of the mapped file don't count: the system takes them back when it likes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

COUNTS = 15_000, 60_000
SHAPE = 80, 80, 3
EXPERIMENT: dict[str, Any] = {
    "architecture": {"use": "basic-cnn", "filters": [4], "kernel_size": 1},
    "images": {"memory": 0.07},
    "training": {"epochs": 1, "batch_size": 128},
}
PHASES = "preparing", "training"
SAMPLE_SECONDS = 0.01
TARGET = 50


def main() -> None:
    """Measure and print a table, or, in a process of its own, measure one size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(*measure(options.measure))
        return
    peaks: dict[int, list[list[float]]] = {count: [] for count in COUNTS}
    for _ in range(options.rounds):
        for count in COUNTS:
            words = [sys.executable, __file__, "--measure", str(count)]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{count} images failed:\n{done.stderr}")
            peaks[count].append([float(word) for word in done.stdout.split()])
    report(peaks)


def report(peaks: dict[int, list[list[float]]]) -> None:
    """Print each figure with its target."""
    print(f"{'MB at the peak':16}" + "".join(f"{count:>9,}" for count in COUNTS) + f"{'more':>9}  target")
    for place, phase in enumerate(PHASES):
        few, many = (statistics.median(row[place] for row in peaks[count]) for count in COUNTS)
        print(f"{phase:16}{few:9.1f}{many:9.1f}{many - few:9.1f}  <= {TARGET}")


def measure(count: int) -> tuple[float, float]:
    """Return the peak in megabytes while ``count`` images are prepared, and while they are trained on and judged."""
    import sightkit

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        experiment = sightkit.load(EXPERIMENT, dataset=source_of(count))
        preparing = peak_of(lambda: experiment.prepare(cache_dir=folder / "cache"))
        training = peak_of(lambda: experiment.run(cache_dir=folder / "cache", runs_dir=folder / "runs"))
    return preparing, training


def source_of(count: int) -> Any:
    """Return images that are made when they are read: noise, darker in one of two classes."""
    import numpy as np

    from sightkit import ImageSource, Samples

    class Noise(ImageSource):
        """Generated images; none are kept."""

        classes = ("dark", "light")
        samples = Samples(ids=[f"{row:05}" for row in range(count)], labels=np.arange(count) % 2)
        image_shape = SHAPE

        def read(self, index: int) -> NDArray[np.uint8]:
            return np.random.default_rng(index).integers(index % 2 * 100, 156 + index % 2 * 100, SHAPE, np.uint8)

        def fingerprint(self) -> str:
            return f"noise-{count}"

    return Noise()


def peak_of(function: Callable[[], object]) -> float:
    """Return the most anonymous memory, in megabytes, that this process has while ``function`` runs."""
    peak, done = anonymous_memory(), threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(SAMPLE_SECONDS):
            peak = max(peak, anonymous_memory())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        function()
    finally:
        done.set()
        watcher.join()
    return peak


def anonymous_memory() -> float:
    """Return what the system says of this process, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("RssAnon:"))


if __name__ == "__main__":
    main()
