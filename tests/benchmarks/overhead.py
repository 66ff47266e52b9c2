"""What a run spends on anything but steps of training. Run by hand.

    python tests/benchmarks/overhead.py FOLDER [ROUNDS]

FOLDER holds Fashion-MNIST's IDX files. In a round a run trains for 20 epochs without augmentation and without
validation, and right before and after it the compiled steps alone are timed, fed one constant batch; the network and
the batch are those of training.py. From the moment when the run has its folder to the moment when its training has
ended, so with building, compiling, planning, gathering, history and checkpoints:

    (wall - steps x time of a constant step) / wall
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import training as sides

EPOCHS, TARGET = 20, 0.05
IMAGES = sides.BATCH * sides.STEPS


def main() -> None:
    """Measure and print a line for each round, and the median."""
    from sightkit import ArraySource, load
    from sightkit.runs.display import Display

    class Clock(Display):
        """Notes when a run begins and when its training has ended."""

        def started(self, folder: str, facts: Mapping[str, str]) -> None:
            self.start = time.perf_counter()

        def judging(self, split: str) -> None:
            self.end = min(getattr(self, "end", float("inf")), time.perf_counter())

    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    images, labels = sides.fashion_mnist(Path(sys.argv[1]))
    experiment = load(
        {
            "split": {"validation": 0.0, "test": 0.0, "duplicates": "allow"},
            "optimizer": {"use": "adam", "learning_rate": 1e-3},
            "training": {"epochs": EPOCHS, "batch_size": sides.BATCH, "monitor": "loss"},
            "metrics": [],
            "reports": [],
        },
        dataset=ArraySource(images[..., 0], labels, classes=list(map(str, range(10)))),
        architecture=lambda _task: sides.network(),
    )
    constant = sides.constant(images, labels)
    constant()
    shares = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            clock, before = Clock(), timed(constant)
            experiment.run(runs_dir=folder, display=clock)
            wall, after = clock.end - clock.start, timed(constant)
        steps = EPOCHS * (before + after) / 2
        shares.append((wall - steps) / wall)
        print(f"wall {wall:6.1f} s, steps alone {steps:6.1f} s, share of the rest {shares[-1]:6.1%}")
    print(f"median {statistics.median(shares):.1%}  target <= {TARGET:.0%}")


def timed(epoch: Any) -> float:
    """Return the seconds that an epoch of constant steps takes."""
    start = time.perf_counter()
    epoch()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
