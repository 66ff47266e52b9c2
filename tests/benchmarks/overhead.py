"""What a run spends on anything but steps of training. Run by hand.

    python tests/benchmarks/overhead.py FOLDER [ROUNDS]

FOLDER holds Fashion-MNIST's IDX files. In a round a run trains for 20 epochs without augmentation and without
validation; the network and the batch are those of training.py. After each epoch the run is held, and the compiled steps
alone go through as many images, fed one constant batch: so the two are timed in turn, and a machine that slows down
slows down both. From the moment when the run has its folder to the moment when its training has ended, without the time
that it was held, so with building, compiling, planning, gathering, history and checkpoints:

    (wall - steps x time of a constant step) / wall
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import training as sides

EPOCHS, TARGET = 20, 0.05
IMAGES = sides.BATCH * sides.STEPS


def main() -> None:
    """Measure and print a line for each round, and the median."""
    from sightkit import ArraySource, load
    from sightkit.runs.display import Display

    class Clock(Display):
        """Notes when a run begins and when its training has ended, and times constant steps in between."""

        def __init__(self, constant: Callable[[], object]) -> None:
            self._constant = constant
            self.end, self.steps = math.inf, 0.0

        def started(self, folder: str, facts: Mapping[str, str]) -> None:
            self.start = time.perf_counter()

        def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
            start = time.perf_counter()
            self._constant()
            self.steps += time.perf_counter() - start

        def judging(self, split: str) -> None:
            self.end = min(self.end, time.perf_counter())

        @property
        def wall(self) -> float:
            return self.end - self.start - self.steps

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
        clock = Clock(constant)
        with tempfile.TemporaryDirectory() as folder:
            experiment.run(runs_dir=folder, display=clock)
        shares.append((clock.wall - clock.steps) / clock.wall)
        print(
            f"wall {clock.wall:6.1f} s, steps alone {clock.steps:6.1f} s, share of the rest {shares[-1]:6.1%}",
            flush=True,
        )
    print(f"median {statistics.median(shares):.1%}  target <= {TARGET:.0%}")


if __name__ == "__main__":
    main()
