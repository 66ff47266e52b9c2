"""``sightkit resume`` and ``sightkit run --resume`` as a person or a script uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from command import Command, heed_ctrl_c
from sightkit.cli.resume import folder_of
from sightkit.errors import ConfigError

pytestmark = pytest.mark.warm

STAGED = """
metrics = []
reports = []
[dataset]
use = "digits"
[architecture]
filters = [4]
[training]
batch_size = 256
[[training.stages]]
epochs = 2
[[training.stages]]
epochs = 60
optimizer.learning_rate = 1e-4
"""

PLUGIN = """
from sightkit import Augmentation, Params, Pointwise, hookimpl


def build(params, task):
    return Pointwise(lambda images, seeds: images)

@hookimpl
def sightkit_augmentations():
    return [Augmentation(name="mine", summary="Changes nothing.", params=Params, build=build)]
"""


def interrupted(work: Path, name: str, number: signal.Signals, *words: str) -> tuple[int, str, str]:
    """Start a run, send it a signal in its second stage, and return its exit code and what it said."""
    with subprocess.Popen(
        [sys.executable, "-m", "sightkit", "run", f"{name}.toml", *words],
        cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 120
        while not any(len(file.read_text().splitlines()) > 4 for file in work.glob(f"runs/{name}/*/history.csv")):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def manifest(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text())
    return found


def test_a_stopped_run_says_how_to_go_on_and_does_with_the_registries_that_it_had(
    sightkit: Command, work: Path
) -> None:
    (work / "mine.py").write_text(PLUGIN)
    (work / "mine.toml").write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n')
    (work / "long.toml").write_text(f'{STAGED}[[augmentations]]\nuse = "mine"\n')
    code, out, err = interrupted(work, "long", signal.SIGTERM, "--registry", "mine.toml", "--json")
    (folder,) = work.glob("runs/long/*")
    assert code == 143
    assert err.startswith("error: ")
    assert f"sightkit resume {folder.relative_to(work)}" in err
    assert len(err.splitlines()) == 1
    assert json.loads(out)["state"] == manifest(folder)["state"] == "interrupted"

    outcome = sightkit("resume", "--json")
    assert outcome.code == 0, outcome.err
    told = json.loads(outcome.out)
    assert (told["state"], Path(told["run"])) == ("finished", folder)
    assert len((folder / "history.csv").read_text().splitlines()) == 1 + 2 + 60

    # As if it had failed when all was trained.
    (folder / "manifest.json").write_text(json.dumps({**manifest(folder), "state": "failed"}))
    outcome = sightkit("run", "long.toml", "--resume", "--registry", "mine.toml", "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["run"] == str(folder)


def test_run_with_resume_starts_anew_where_nothing_is_unfinished(sightkit: Command, work: Path) -> None:
    (work / "short.toml").write_text(STAGED.replace("epochs = 60", "epochs = 1"))
    outcome = sightkit("run", "short.toml", "--resume", "--json")
    assert outcome.code == 0, outcome.err
    finished = json.loads(outcome.out)["run"]
    outcome = sightkit("resume", finished)
    assert outcome.code == 2
    assert "has finished" in outcome.err
    outcome = sightkit("resume", "short")
    assert outcome.code == 2
    assert outcome.err == (
        "error: runs: expected a run of short that has not finished, found none; start one with sightkit run\n"
    )


def test_what_is_no_run_is_refused(sightkit: Command, work: Path) -> None:
    outcome = sightkit("resume", "--json")
    assert outcome.code == 2
    assert json.loads(outcome.out)["state"] == "failed"
    assert "runs: expected a run that has not finished, found none" in outcome.err
    for folder in ("./photos", "."):
        outcome = sightkit("resume", folder)
        assert outcome.code == 5
        assert f"{Path(folder)}: no run here; expected a folder with a manifest.json" in outcome.err


def write_run(runs: Path, experiment: str, name: str, state: str) -> Path:
    folder = runs / experiment / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"state": state, "experiment": experiment, "seed": 0, "data": {}}))
    return folder


def test_a_name_or_nothing_means_the_newest_run_that_has_not_finished(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    flowers = write_run(runs, "flowers", "20260101-120000-bbbbbb", "interrupted")
    write_run(runs, "flowers", "20251231-235959-ffffff", "failed")
    write_run(runs, "flowers", "20260301-120000-000000", "finished")
    birds = write_run(runs, "birds", "20260201-120000-aaaaaa", "running")
    (runs / "birds/notes").mkdir()
    (runs / "birds/notes.txt").write_text("")
    (runs / "notes.txt").write_text("")
    assert folder_of("flowers", runs) == flowers
    assert folder_of(None, runs) == birds
    assert folder_of(str(flowers), runs) == flowers
    with pytest.raises(ConfigError, match=r'flower: .*has no runs of such an experiment; did you mean "flowers"'):
        folder_of("flower", runs)


@pytest.mark.skipif(os.name != "posix", reason="written with a forward slash")
def test_a_folder_in_the_working_directory_needs_no_separator(tmp_path: Path, monkeypatch) -> None:
    folder = write_run(tmp_path, ".", "mine", "failed")
    monkeypatch.chdir(tmp_path)
    assert folder_of("mine", Path("runs")) == Path(folder.name)
