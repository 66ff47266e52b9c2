"""Whether a training needs no more memory the longer it lasts. Run by hand, on Linux.

    python tests/benchmarks/epochs.py [--epochs 50] [--rounds 3]

A small network on the digits, with MixUp, dropout, BatchNorm, an average of the weights, validation and a checkpoint
after each epoch. The figure is by how much the anonymous memory (RssAnon of /proc/self/status: what no file backs)
after the last epochs is above that after epoch 5: medians of three epochs each (4 to 6, and the last three), and of
rounds, in which each is a process of its own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

EXPERIMENT: dict[str, Any] = {
    "dataset": {"use": "digits"},
    "augmentations": [{"use": "mixup"}],
    "architecture": {"use": "basic-cnn", "filters": [32, 64]},
    "optimizer": {"use": "adamw"},
    "schedule": {"use": "cosine"},
    "training": {"ema": 0.99},
    "reports": [],
}
EARLY = slice(3, 6)
LATE = slice(-3, None)
TARGET = 5


def main() -> None:
    """Measure and print a table, or, in a process of its own, measure once."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(*after_each_epoch(options.epochs))
        return
    print(f"{'MB':8}{'epoch 5':>10}{f'epoch {options.epochs}':>10}{'more':>10}  target")
    more = []
    for number in range(options.rounds):
        words = [sys.executable, __file__, "--measure", "--epochs", str(options.epochs)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr)
        megabytes = [float(word) for word in done.stdout.split()]
        early, late = statistics.median(megabytes[EARLY]), statistics.median(megabytes[LATE])
        more.append(late - early)
        print(f"round {number + 1:<2}{early:10.1f}{late:10.1f}{late - early:10.1f}", flush=True)
    print(f"{'median':28}{statistics.median(more):10.1f}  <= {TARGET}")


def after_each_epoch(epochs: int) -> list[float]:
    """Return the anonymous memory of this process, in megabytes, after each epoch of a training."""
    import sightkit
    from sightkit.runs.display import Display

    found = []

    class Measuring(Display):
        """Measures once an epoch."""

        def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
            found.append(anonymous_memory())

    with tempfile.TemporaryDirectory() as folder:
        experiment = sightkit.load(EXPERIMENT).override({"training.epochs": epochs})
        experiment.run(runs_dir=Path(folder) / "runs", cache_dir=Path(folder) / "cache", display=Measuring())
    return found


def anonymous_memory() -> float:
    """Return what the system says of this process, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("RssAnon:"))


if __name__ == "__main__":
    main()
