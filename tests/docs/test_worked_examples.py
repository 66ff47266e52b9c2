"""The worked examples under docs/examples: distributions that are really installed, tested and run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from command import Command
from environments import PIP_OFFLINE, environment_beside, home_at
from fences import follow
from sightkit import Run
from warm_shell import warm_shell

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
EXPERIMENTS = {
    "papers": "convmixer.toml",
    "retina": "retina.toml",
    "lab": "journalled.toml",
    "albumentations": "transformed.toml",
}
"""The experiment that the README of each example runs."""


class Installed:
    """An environment in which the README of each example has been followed, in a copy of its folder.

    Attributes:
        python: Its interpreter.
        folders: The copies, by the names of the examples.
    """

    def __init__(self, folder: Path) -> None:
        self.python = environment_beside(folder / "venv")
        self.folders = {name: folder / name for name in EXPERIMENTS}
        pip = Path(self.python).with_name("pip")
        pip.write_text(f'#!/bin/sh\nexec "{self.python}" -m pip "$@"\n')
        pip.chmod(0o755)
        with warm_shell(folder / "warm", self.python) as shell:
            for name, copy in self.folders.items():
                shutil.copytree(EXAMPLES / name, copy)
                environment = {**PIP_OFFLINE, **home_at(folder), "SIGHTKIT_CACHE_DIR": str(folder / "cache")}
                follow(copy / "README.md", copy, partial(shell.run, folder=copy, env=environment))

    def run(self, name: str) -> Run:
        """Return the run that the README of an example ends with."""
        (path,) = self.folders[name].glob("runs/*/*")
        return Run(path)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("examples"))


def test_every_example_is_here_and_on_the_page() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(EXPERIMENTS)
    page = (ROOT / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")
    for name, experiment in EXPERIMENTS.items():
        assert f"examples/{name}" in page
        assert f"sightkit run {experiment}" in (EXAMPLES / name / "README.md").read_text(encoding="utf-8")


def test_installing_them_makes_them_appear(sightkit: Command, installed: Installed) -> None:
    listed = sightkit("plugins", "list", "--strict", "--json", python=installed.python)
    assert listed.code == 0, listed.err
    ours = {f"sightkit-{name}" for name in EXPERIMENTS}
    records = [each for each in json.loads(listed.out) if each["distribution"] in ours]
    assert {each["distribution"] for each in records} == ours
    assert [(each["name"], each["status"], each["notes"]) for each in records] == [
        (each["name"], "loaded", []) for each in records
    ]


def test_their_own_tests_pass(installed: Installed, home: Path, tmp_path: Path) -> None:
    # Out of reach of our own settings of pytest, as on anybody's machine.
    words = [installed.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    folders = [str(EXAMPLES / name / "tests") for name in EXPERIMENTS]
    done = subprocess.run(
        [*words, "-c", os.devnull, "--rootdir", str(tmp_path), *folders],
        cwd=tmp_path,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_architecture_and_an_optimizer_from_papers_train(installed: Installed) -> None:
    run = installed.run("papers")
    assert run.scores["test"]["accuracy"]["value"] > 0.8
    theirs = {each["name"] for each in run.manifest["components"] if each["origin"] == "sightkit-papers 1.0"}
    assert theirs == {"convmixer", "adabelief"}


def test_a_domain_s_dataset_augmentation_and_metric_work_together(installed: Installed) -> None:
    run = installed.run("retina")
    kappa = run.scores["test"]["quadratic-kappa"]
    assert kappa["low"] <= kappa["value"] <= kappa["high"]
    patients = [{image.partition("_")[0] for image in run.predictions[split].ids} for split in ("validation", "test")]
    assert all(patients)
    assert not patients[0] & patients[1]


def test_an_extension_observes_a_run_and_a_policy_refuses_one(sightkit: Command, installed: Installed) -> None:
    run = installed.run("lab")
    lines = [json.loads(line) for line in (run.path / "journal.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["epoch", "epoch", "scores", "scores", "scores", "finished"]
    assert lines[0]["seconds"] < lines[1]["seconds"] == lines[-1]["seconds"]
    assert 0 < lines[0]["weight_norm"] < lines[1]["weight_norm"]
    told = {line["split"]: line["accuracy"] for line in lines if line["event"] == "scores"}
    assert told["test"] == run.scores["test"]["accuracy"]["value"]
    words = ("check", "journalled.toml", "--unset", "seed")
    refused = sightkit(*words, cwd=installed.folders["lab"], python=installed.python)
    assert refused.code == 2
    assert refused.err.startswith("error: house-rules: seed: expected to be written")


def test_a_library_s_transforms_are_an_augmentation(installed: Installed) -> None:
    assert installed.run("albumentations").scores["test"]["accuracy"]["value"] > 0.2
