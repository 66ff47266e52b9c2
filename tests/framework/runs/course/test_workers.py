"""Processes that train together: two of them on this machine, as they would be on two machines with a common disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

import sightkit
from interruptions import plain, results
from ports import free_ports

EXPERIMENT = """
name = "pair"
seed = 3
[dataset]
use = "digits"
[[augmentations]]
use = "shift"
[[augmentations]]
use = "mixup"
[architecture]
filters = [4, 8]
dropout = 0.2
[optimizer]
use = "adamw"
[schedule]
use = "cosine"
[training]
batch_size = 33
ema = 0.9
clip_norm = 1.0
accumulate = 2
[[training.stages]]
epochs = 1
freeze = "backbone"
[[training.stages]]
epochs = 3
[training.checkpoints]
every_steps = 8
keep = 1
"""
WORDS = ("-s", "metrics=[]", "-s", "reports=[]", "--runs-dir")


class Worker:
    """One of the processes; what it prints goes to files."""

    def __init__(self, number: int, ports: Sequence[int], command: Sequence[str | Path], folder: Path) -> None:
        cluster = {"worker": [f"localhost:{port}" for port in ports]}
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": number}})
        self._files = [folder / f"{number}.{name}.txt" for name in ("out", "err")]
        out, err = (path.open("w") for path in self._files)
        self.process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=folder,
            env={**os.environ, "TF_CONFIG": config},
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
        )
        out.close()
        err.close()

    @property
    def out(self) -> str:
        return self._files[0].read_text()

    @property
    def err(self) -> str:
        return self._files[1].read_text()


Start: TypeAlias = Callable[..., list[Worker]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    (folder / "pair.toml").write_text(EXPERIMENT)
    return folder


@pytest.fixture(scope="module")
def start(folder: Path) -> Iterator[Start]:
    """Start two workers with a command each, or the same for both; none of them outlives the tests."""
    started: list[Worker] = []

    def start(*commands: Sequence[str | Path]) -> list[Worker]:
        ports = free_ports(2)
        pair = [Worker(number, ports, commands[number % len(commands)], folder) for number in range(2)]
        started.extend(pair)
        return pair

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("SIGHTKIT_CACHE_DIR", str(folder / "cache"))
        yield start
        for worker in started:
            worker.process.kill()
            worker.process.wait()


def codes(workers: Sequence[Worker], *, timeout: float = 240) -> list[int]:
    return [worker.process.wait(timeout) for worker in workers]


def run(folder: Path) -> sightkit.Run:
    (path,) = (folder / "pair").iterdir()
    return sightkit.Run(path)


def newest_step(runs: Path) -> int:
    return max((int(path.name[:9]) for path in runs.glob("pair/*/checkpoints/*.safetensors")), default=0)


def wait_for_step(runs: Path, step: int, workers: Sequence[Worker]) -> None:
    end = time.monotonic() + 120
    while newest_step(runs) < step:
        assert time.monotonic() < end
        assert all(worker.process.poll() is None for worker in workers), workers[0].err
        time.sleep(0.02)


def checkpoints(run: sightkit.Run) -> list[dict[str, Any]]:
    """Return the values of the last checkpoint of each worker."""
    from safetensors.numpy import load_file

    newest = max((run.path / "checkpoints").iterdir()).name[:9]
    return [load_file(path) for path in sorted((run.path / "checkpoints").glob(f"{newest}*"))]


@pytest.fixture(scope="module")
def undisturbed(folder: Path, start: Start) -> list[Worker]:
    workers = start(["-m", "sightkit", "run", "pair.toml", *WORDS, folder / "alone"])
    assert codes(workers) == [0, 0], workers[0].err + workers[1].err
    return workers


# What comes of it ----------------------------------------------------------------------------------------------------


def test_two_workers_make_one_run_and_the_chief_tells_its_scores(folder: Path, undisturbed: list[Worker]) -> None:
    done = run(folder / "alone")
    assert done.state == "finished"
    assert [row["epoch"] for row in done.history] == [1, 2, 3, 4]
    assert set(done.predictions) == {"train", "validation", "test"}
    assert done.manifest["computing"]["replicas"] == done.manifest["computing"]["workers"] == 2
    assert (done.path / "log.txt").read_text().count("finished") == 1
    chief, follower = undisturbed
    assert "accuracy" in chief.out
    assert str(done.path.name) in chief.out
    assert chief.err == "worker 0: waiting for all 2 workers\n"
    assert follower.out == ""
    assert follower.err == "worker 1: waiting for all 2 workers\n"


def test_all_workers_have_the_same_weights_and_draws_of_their_own(folder: Path, undisturbed: list[Worker]) -> None:
    first, second = checkpoints(run(folder / "alone"))
    assert first.keys() == second.keys()
    different = {name for name in first if first[name].tobytes() != second[name].tobytes()}
    assert different, "each drops features of its own"
    assert all(first[name].shape == (2,) and first[name].dtype.kind in "iu" for name in different)


# Leaving and going on ------------------------------------------------------------------------------------------------


def test_workers_that_were_stopped_and_killed_end_as_if_they_had_not_been(
    folder: Path, start: Start, undisturbed: list[Worker]
) -> None:
    expected = run(folder / "alone")
    runs = folder / "left"
    command = ["-m", "sightkit", "run", "pair.toml", *WORDS, runs, "--resume"]

    workers = start(command)
    wait_for_step(runs, 8, workers)
    workers[1].process.send_signal(signal.SIGTERM)
    assert codes(workers) == [130, 143], "one was told to stop, and all of them did"
    left = run(runs)
    assert left.state == "interrupted"
    assert all("to go on: sightkit resume" in worker.err for worker in workers)
    assert len(checkpoints(left)) == 2, "each has written what it needs to go on"
    step = newest_step(runs)

    workers = start(["-m", "sightkit", "resume", left.path])
    wait_for_step(runs, step + 16, workers)
    workers[1].process.kill()
    killed = time.monotonic()
    assert codes(workers, timeout=60) == [5, -signal.SIGKILL]
    assert time.monotonic() - killed < 60
    assert workers[0].err.endswith(
        "error: another worker of this training is gone, or can't be reached any more; start all workers again with "
        "sightkit resume, or sightkit run --resume, and they go on from the last checkpoint\n"
    )
    assert left.state == "failed"

    workers = start(command)
    assert codes(workers) == [0, 0], workers[0].err + workers[1].err
    assert run(runs).path == left.path
    assert results(left) == results(expected)
    assert checkpoints(left)[1].keys() == checkpoints(expected)[1].keys()
    assert all((value == checkpoints(expected)[1][name]).all() for name, value in checkpoints(left)[1].items())
    assert [entry["exact"] for entry in left.manifest["resumed"]] == [True] * 2


def test_a_worker_with_another_experiment_is_refused(folder: Path, start: Start) -> None:
    command = ["-m", "sightkit", "run", "pair.toml", *WORDS, folder / "other"]
    workers = start(command, [*command, "-s", "training.batch_size=32"])
    assert codes(workers) == [2, 2]
    assert "another worker was not started as this one was" in workers[0].err
    assert "worker 1 was not started as worker 0 was: training.batch_size is 33 there and 32 here" in workers[1].err
    assert not (folder / "other").exists()


# The same training, however it is divided ----------------------------------------------------------------------------

PROGRAM = """
import json, sys
import numpy as np
import sightkit

def network(task):
    import keras
    layers = keras.layers
    return keras.Sequential([
        keras.Input(task.image_shape),
        layers.Conv2D(4, 3, kernel_regularizer=keras.regularizers.L2(1e-3)),
        layers.BatchNormalization(momentum=0.8, synchronized=True),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(task.num_classes),
    ])

generator = np.random.default_rng(0)
labels = np.arange(95) % 3
images = (generator.integers(0, 150, (95, 8, 8)) + 30 * labels[:, None, None]).astype(np.uint8)
experiment = sightkit.load(
    {
        "split": {"validation": 0.2, "test": 0.2},
        "augmentations": [{"use": "shift"}, {"use": "mixup"}],
        "optimizer": {"use": "sgd", "learning_rate": 0.05, "momentum": 0.9},
        "training": {"epochs": 4, "batch_size": 13, "clip_norm": 1.0, "ema": 0.8},
        "metrics": [], "reports": [],
    },
    dataset=sightkit.ArraySource(images, labels, classes=["dark", "dim", "light"]),
    architecture=network,
)
if sys.argv[3:] == ["little memory"]:  # for three steps a call, where the other one would do eight
    import sightkit.training.batches.feed
    sightkit.training.batches.feed.BLOCK_BYTES = 3 * 13 * 8 * 8
    experiment = experiment.override({"images.memory": 1e-9})
run = experiment.run(runs_dir=sys.argv[1])
json.dump({"scores": run.scores, "history": run.history}, open(sys.argv[2], "w"))
"""


def test_two_workers_train_as_one_process_does_where_nothing_is_drawn_or_measured_apart(
    folder: Path, start: Start
) -> None:
    (folder / "program.py").write_text(PROGRAM)
    one = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    subprocess.run([sys.executable, "program.py", "one", "one.json"], cwd=folder, env=one, check=True)
    workers = start(["program.py", "two", "two.0.json"], ["program.py", "two", "two.1.json", "little memory"])
    assert codes(workers) == [0, 0], workers[0].err + workers[1].err
    alone, chief, follower = (
        json.loads((folder / name).read_text()) for name in ("one.json", "two.0.json", "two.1.json")
    )
    assert chief == follower, "every worker returns the chief's run"
    assert len(chief["history"]) == 4
    for row, other in zip(plain(alone["history"]), plain(chief["history"]), strict=True):
        assert list(row) == list(other)
        np.testing.assert_allclose(list(row.values()), list(other.values()), rtol=1e-4)
