"""The worked examples under docs/examples: distributions that are really installed, tested and run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from command import Command
from environments import install_beside
from sightkit import Run

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
EXPERIMENTS = {
    "papers": "convmixer.toml",
    "retina": "retina.toml",
    "lab": "journalled.toml",
    "albumentations": "transformed.toml",
}
"""The experiment that the README of each example runs."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment that all of the examples are installed in."""
    return install_beside(tmp_path_factory.mktemp("examples") / "venv", *map(EXAMPLES.joinpath, EXPERIMENTS))


def test_every_example_is_here_and_on_the_page() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(EXPERIMENTS)
    page = (ROOT / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")
    for name, experiment in EXPERIMENTS.items():
        assert f"examples/{name}" in page
        assert f"sightkit run {experiment}" in (EXAMPLES / name / "README.md").read_text(encoding="utf-8")


def test_installing_them_makes_them_appear(sightkit: Command, python: str) -> None:
    listed = sightkit("plugins", "list", "--strict", "--json", python=python)
    assert listed.code == 0, listed.err
    ours = {f"sightkit-{name}" for name in EXPERIMENTS}
    records = [each for each in json.loads(listed.out) if each["distribution"] in ours]
    assert {each["distribution"] for each in records} == ours
    assert [(each["name"], each["status"], each["notes"]) for each in records] == [
        (each["name"], "loaded", []) for each in records
    ]


def test_their_own_tests_pass(python: str, home: Path, tmp_path: Path) -> None:
    # Out of reach of our own settings of pytest, as on anybody's machine.
    words = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
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


def run_of(sightkit: Command, python: str, name: str, *words: str) -> tuple[Path, dict[str, Any]]:
    """Run the experiment of an example's README, and return the run and its scores."""
    done = sightkit("run", EXAMPLES / name / EXPERIMENTS[name], "--json", *words, python=python)
    assert done.code == 0, done.err
    assert not done.err
    result = json.loads(done.out)
    return Path(result["run"]), result["scores"]


def test_an_architecture_and_an_optimizer_from_papers_train(sightkit: Command, python: str) -> None:
    run, scores = run_of(sightkit, python, "papers")
    assert scores["test"]["accuracy"]["value"] > 0.8
    used = json.loads((run / "manifest.json").read_text())["components"]
    theirs = {each["name"] for each in used if each["origin"] == "sightkit-papers 1.0"}
    assert theirs == {"convmixer", "adabelief"}


def test_a_domain_s_dataset_augmentation_and_metric_work_together(sightkit: Command, python: str, work: Path) -> None:
    subprocess.run([python, "-m", "sightkit_retina.draw", "drawn"], cwd=work, check=True, capture_output=True)
    drawn = ["-s", "dataset.table=drawn/trainLabels.csv", "-s", "dataset.folder=drawn/train"]
    run, scores = run_of(sightkit, python, "retina", "-s", "training.epochs=1", *drawn)
    kappa = scores["test"]["quadratic-kappa"]
    assert kappa["low"] <= kappa["value"] <= kappa["high"]
    judged = Run(run).predictions
    patients = [{image.partition("_")[0] for image in judged[split].ids} for split in ("validation", "test")]
    assert all(patients)
    assert not patients[0] & patients[1]


def test_an_extension_observes_a_run_and_a_policy_refuses_one(sightkit: Command, python: str) -> None:
    run, scores = run_of(sightkit, python, "lab")
    lines = [json.loads(line) for line in (run / "journal.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["epoch", "epoch", "scores", "scores", "scores", "finished"]
    assert lines[0]["seconds"] < lines[1]["seconds"] == lines[-1]["seconds"]
    assert 0 < lines[0]["weight_norm"] < lines[1]["weight_norm"]
    told = {line["split"]: line["accuracy"] for line in lines if line["event"] == "scores"}
    assert told["test"] == scores["test"]["accuracy"]["value"]
    refused = sightkit("check", EXAMPLES / "lab" / "journalled.toml", "--unset", "seed", python=python)
    assert refused.code == 2
    assert refused.err.startswith("error: house-rules: seed: expected to be written")


def test_a_library_s_transforms_are_an_augmentation(sightkit: Command, python: str) -> None:
    _, scores = run_of(sightkit, python, "albumentations", "-s", "training.epochs=1")
    assert scores["test"]["accuracy"]["value"] > 0.2
