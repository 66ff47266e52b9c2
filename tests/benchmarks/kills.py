"""Whether a run that is killed at any moment ends, once resumed, as if nothing had happened. Run by hand, on Linux.

    python tests/benchmarks/kills.py [--kills 20] [--intra-op-threads 1] [--replicas 1] [--seed 0]

One run of two stages (MixUp, shifts, dropout, BatchNorm, an average of the weights, AdamW, cosine, early stopping) is
left alone. Then each of the others, in a process of its own like the first, is killed with SIGKILL at a random moment
and resumed in another process; some are killed several times in a row. Three kills out of twenty, and three at least,
fall into the writing of a checkpoint: as soon as its temporary file is seen, the process is stopped with SIGSTOP, and
killed if the file is still there. All others fall into the steps of an epoch.

Compared bit for bit with the run that was left alone: everything in the last checkpoint (every variable of the model,
of every replica, the optimizer, the average, the best weights), the weights in model.keras, history.csv without its
times, predictions/*.npz, scores.json.

A call of the compiled loop takes 0.05 s here instead of 0.5 s, so that the run has many; results don't depend on it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

EXPERIMENT: dict[str, Any] = {
    "name": "kills",
    "seed": 5,
    "dataset": {"use": "digits"},
    "split": {"validation": 0.2},
    "augmentations": [{"use": "shift"}, {"use": "mixup"}],
    "architecture": {"use": "basic-cnn", "filters": [32, 64, 128], "convolutions": 2},
    "optimizer": {"use": "adamw", "learning_rate": 3e-3},
    "schedule": {"use": "cosine", "warmup_epochs": 0.5},
    "training": {
        "batch_size": 32,
        "stages": [{"epochs": 3, "freeze": "backbone"}, {"epochs": 9, "optimizer": {"learning_rate": 1e-3}}],
        "ema": 0.95,
        "clip_norm": 1.0,
        "early_stopping": {"patience": 1, "min_improvement": 0.01},
        "checkpoints": {"every_steps": 10},
    },
    "reports": [],
}
SECONDS_PER_CALL = 0.05
IN_WRITE = 3 / 20
LATEST = 0.85  # of an epoch: a kill that comes later would often find it at its end
EACH, OFTEN = 5, 3  # every fifth run is killed three times in a row
TIMES = ("seconds", "images_per_second")
EPOCH, WRITE, MISSED = "epoch", "write", ("missed", "it ended before")


def main() -> None:
    """Kill, resume, compare and print a table; or, in a process of its own, run or go on."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20, help="Runs that are killed.")
    parser.add_argument("--intra-op-threads", type=int, default=1, help="Threads within an operation of TensorFlow.")
    parser.add_argument("--replicas", type=int, default=1, help="More than one: MirroredStrategy on logical CPUs.")
    parser.add_argument("--seed", type=int, default=0, help="Of the moments.")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, threads=options.intra_op_threads, replicas=options.replicas)
        return
    setting = ["--intra-op-threads", str(options.intra_op_threads), "--replicas", str(options.replicas)]
    with tempfile.TemporaryDirectory() as name:
        print(f"{options.intra_op_threads} intra-op thread(s), {options.replicas} replica(s), seed {options.seed}")
        judge(Path(name), setting, kills=options.kills, seed=options.seed)


# In a process of its own ---------------------------------------------------------------------------------------------


def work(folder: Path, *, threads: int, replicas: int) -> None:
    """Run the experiment in a folder, or go on with it there, and say after each call how far it is."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    values = EXPERIMENT
    if replicas > 1:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * replicas)
        values = values | {"training": values["training"] | {"distribution": "mirrored", "replicas": replicas}}

    import sightkit
    from sightkit.runs.display import Display
    from sightkit.training.loop import pace

    class Told(Display):
        """Prints a line a call."""

        def training(self, progress: Any) -> None:
            print("call", progress.stage, progress.epoch, progress.step, progress.steps, flush=True)

        def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
            print("epoch", int(row["stage"]), int(row["epoch"]), flush=True)

        def judging(self, split: str) -> None:
            print("judging", split, flush=True)

    pace.SECONDS_PER_CALL = SECONDS_PER_CALL
    sightkit.load(values).run(runs_dir=folder, cache_dir=folder.parent / "cache", resume=True, display=Told())


# Who kills it --------------------------------------------------------------------------------------------------------


@dataclass
class Watched:
    """A process that works, and what it has said so far.

    Attributes:
        lines: What it said, in words.
    """

    process: subprocess.Popen[str]
    lines: list[list[str]] = field(default_factory=list)

    def hear(self) -> bool:
        """Wait for its next line and say whether there was one."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if line:
            self.lines.append(line.split())
        return bool(line)

    @property
    def calls(self) -> int:
        """Calls of the compiled loop so far."""
        return sum(line[0] == "call" for line in self.lines)

    @property
    def place(self) -> str:
        """Where it was when it last said something."""
        last = self.lines[-1]
        return f"stage {last[1]}, epoch {last[2]}, step {last[3]}/{last[4]}" if last[0] == "call" else " ".join(last)

    @property
    def kind(self) -> str:
        """Whether it was at the steps of an epoch, with more to come, or somewhere else."""
        within = self.lines[-1][0] == "call" and self.lines[-1][3] != self.lines[-1][4]
        return EPOCH if within else "between"

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        while self.hear():  # what was said before the end
            pass
        self.process.wait()


@contextmanager
def watched(folder: Path, setting: list[str]) -> Iterator[Watched]:
    """Start a process that works in ``folder``; it is over at the end."""
    words = [sys.executable, __file__, "--work", str(folder), *setting]
    with (folder.parent / "errors.txt").open("a") as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            yield Watched(process)
        finally:
            process.kill()
            process.communicate()


def finish(folder: Path, setting: list[str]) -> Watched:
    """Let a process work to the end, and return what it said."""
    with watched(folder, setting) as each:
        while each.hear():
            pass
        if each.process.wait() != 0:
            sys.exit(f"a run failed:\n{(folder.parent / 'errors.txt').read_text()[-3000:]}")
    return each


def kill_in_an_epoch(folder: Path, setting: list[str], *, target: float, stages: list[int]) -> tuple[str, str]:
    """Kill a process among the steps of an epoch and return where that was.

    Args:
        folder: Where it works.
        setting: Of the process.
        target: Steps of all stages that it shall have done.
        stages: Steps of each stage, as they were in the run that was left alone.
    """
    with watched(folder, setting) as each:
        while each.hear():
            if each.lines[-1][0] != "call":
                continue
            stage, epoch, step, steps = map(int, each.lines[-1][1:])
            done = sum(stages[: stage - 1]) + (epoch - 1) * steps + step
            if done >= target and step < LATEST * steps:
                time.sleep(random.uniform(0, SECONDS_PER_CALL))
                each.kill()
                return each.kind, each.place
    return MISSED


def kill_in_a_write(folder: Path, setting: list[str], *, skipped: int) -> tuple[str, str]:
    """Kill a process while it writes a checkpoint, after ``skipped`` others, and return where that was."""
    seen: set[Path] = set()
    with watched(folder, setting) as each:
        while each.process.poll() is None:
            for path in folder.glob("*/*/checkpoints/.*"):
                if path in seen:
                    continue
                seen.add(path)
                if len(seen) <= skipped:
                    continue
                each.process.send_signal(signal.SIGSTOP)
                time.sleep(0.01)
                if path.exists():
                    size = path.stat().st_size
                    each.kill()
                    return WRITE, f"{path.name[1:10]}, of which {size / 1e6:.2f} MB were there; {each.place}"
                each.process.send_signal(signal.SIGCONT)
    return MISSED


def kill_in_some_write(folder: Path, setting: list[str], *, skipped: int) -> tuple[str, str]:
    """Kill a process while it writes a checkpoint; a busy machine may see too few of them, and tries an earlier one."""
    while (killed := kill_in_a_write(folder, setting, skipped=skipped)) == MISSED:
        shutil.rmtree(folder)  # of a run that has finished
        skipped //= 2
    return killed


def kill_in_epochs(
    folder: Path, setting: list[str], *, targets: list[float], stages: list[int]
) -> list[tuple[str, str]]:
    """Kill a process, and those that go on, as `kill_in_an_epoch` does; all a little earlier where one got away."""
    killed = [kill_in_an_epoch(folder, setting, target=each, stages=stages) for each in targets]
    if MISSED not in killed:
        return killed
    shutil.rmtree(folder)  # of a run that has finished
    return kill_in_epochs(folder, setting, targets=[0.9 * each for each in targets], stages=stages)


def judge(folder: Path, setting: list[str], *, kills: int, seed: int) -> None:
    """Print how each run that was killed compares with the one that wasn't, and the verdict."""
    random.seed(seed)
    (folder / "alone").mkdir()
    said = finish(folder / "alone" / "runs", setting)
    expected = results(folder / "alone" / "runs")
    stages = steps_of_stages(said, expected)
    print(f"left alone: {said.calls} calls, {stages} steps in its stages, {expected['rows']} epochs")
    in_write = max(3, round(kills * IN_WRITE))
    equal, kinds = 0, []
    print(f"{'':4}{'killed':10}{'where':68}{'exact':8}equal")
    for number in range(kills):
        own = folder / str(number)
        own.mkdir()
        if number < in_write:
            killed = [kill_in_some_write(own / "runs", setting, skipped=random.randrange(25))]
        else:
            # Each has a stretch of its own, so that all of the training is covered; some are killed thrice in it.
            begin, end = ((number - in_write + side) / (kills - in_write) * sum(stages) for side in (0, 1))
            times = OFTEN if number % EACH == EACH - 1 else 1
            targets = sorted(random.uniform(begin, min(end, 0.95 * sum(stages))) for _ in range(times))
            killed = kill_in_epochs(own / "runs", setting, targets=targets, stages=stages)
        kinds.append(killed[-1][0])
        finish(own / "runs", setting)
        found = results(own / "runs")
        different = differences(expected, found)
        equal += not different
        for kind, place in killed[:-1]:
            print(f"{number + 1:<4}{kind:10}{place}")
        verdict = f"NO: {', '.join(different)}" if different else "yes"
        print(f"{number + 1:<4}{killed[-1][0]:10}{killed[-1][1]:68}{found['exact']!s:8}{verdict}", flush=True)
    told = f"{kinds.count(EPOCH)} within an epoch, {kinds.count(WRITE)} in a write"
    print(f"{told}: {equal} of {kills} bit-identical  (target: all)")


def steps_of_stages(said: Watched, expected: Mapping[str, Any]) -> list[int]:
    """Return how many steps each stage had."""
    steps = next(int(line[4]) for line in said.lines if line[0] == "call")
    stages = [row["stage"] for row in expected["history.csv"]]
    return [stages.count(stage) * steps for stage in sorted(set(stages))]


# What is compared ----------------------------------------------------------------------------------------------------


def results(runs: Path) -> dict[str, Any]:
    """Return all that a run came to, and under ``exact`` and ``rows`` what is told of it."""
    (folder,) = (runs / EXPERIMENT["name"]).iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    if manifest["state"] != "finished":
        sys.exit(f"{folder}: {manifest['state']}")
    with (folder / "history.csv").open(newline="") as file:
        history = [{key: row[key] for key in row if key not in TIMES} for row in csv.DictReader(file)]
    last = max((folder / "checkpoints").glob("*.safetensors"))
    predictions = {path.name: arrays_of(path.read_bytes()) for path in (folder / "predictions").glob("*.npz")}
    return {
        "exact": all(each["exact"] for each in manifest.get("resumed", [])),
        "rows": len(history),
        "history.csv": history,
        f"checkpoint {last.name}": tensors_of(last),
        "model.keras": weights_of(folder / "model" / "model.keras"),
        **predictions,
        "scores.json": json.loads((folder / "scores.json").read_text()),
        "weights_sha256": manifest["model"],
    }


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return what isn't the same, bit for bit."""
    names = {*expected, *found} - {"exact"}
    return sorted(name for name in names if expected.get(name) != found.get(name))


def bits(array: NDArray[Any]) -> tuple[str, tuple[int, ...], bytes]:
    """Return an array as something that is equal for equal bits only."""
    return str(array.dtype), array.shape, array.tobytes()


def tensors_of(path: Path) -> dict[str, Any]:
    """Return the arrays of a checkpoint."""
    from safetensors.numpy import load_file

    return {name: bits(array) for name, array in load_file(path).items()}


def arrays_of(content: bytes) -> dict[str, Any]:
    """Return the arrays of an .npz."""
    import numpy as np

    with np.load(BytesIO(content)) as arrays:
        return {name: bits(arrays[name]) for name in arrays.files}


def weights_of(path: Path) -> dict[str, Any]:
    """Return the arrays in a .keras file."""
    import h5py

    found: dict[str, Any] = {}

    def take(name: str, entry: Any) -> None:
        if isinstance(entry, h5py.Dataset):
            found[name] = bits(entry[()])

    with zipfile.ZipFile(path) as archive, h5py.File(BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(take)
    return found


if __name__ == "__main__":
    main()
