"""The sample plugin: a distribution that is really built and installed, and used in a real run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from command import Command
from environments import install_beside

SAMPLE = Path(__file__).parents[2] / "sample_plugin"
COMPONENTS = {
    "dataset": "stripes",
    "augmentation": "haze",
    "architecture": "perceptron",
    "optimizer": "signum",
    "metric": "mean-margin",
}


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a new environment that sees everything in the running one, and the sample plugin."""
    return install_beside(tmp_path_factory.mktemp("sample") / "venv", SAMPLE)


def test_it_is_listed_with_its_distribution(sightkit: Command, python: str) -> None:
    listed = sightkit("plugins", "list", "--strict", python=python)
    assert listed.code == 0, listed.err
    for kind, name in COMPONENTS.items():
        line = rf"^{name} +loaded +installed +sightkit-sample 1\.2\.0 +{kind} {name}$"
        assert re.search(line, listed.out, re.MULTILINE), listed.out


def test_its_components_stand_beside_the_built_in_ones(sightkit: Command, python: str) -> None:
    listed = json.loads(sightkit("components", "--json", python=python).out)
    found = {each["kind"]: each["name"] for each in listed if each["origin"] == "sightkit-sample 1.2.0"}
    assert found == COMPONENTS
    shown = sightkit("component", "dataset", "stripes", python=python)
    assert re.search(r"^noise +number ≥ 0 and ≤ 1 +0\.2 +Standard deviation", shown.out, re.MULTILINE)


def test_a_run_uses_all_five(sightkit: Command, python: str, work: Path) -> None:
    text = (SAMPLE / "stripes.toml").read_text()
    (work / "stripes.toml").write_text(text)
    done = sightkit("run", "stripes.toml", "--json", python=python)
    assert done.code == 0, done.err
    run = Path(json.loads(done.out)["run"])
    scores = json.loads((run / "scores.json").read_text())
    assert -1 <= scores["test"]["mean-margin"]["value"] <= 1
    assert scores["test"]["mean-margin"]["low"] <= scores["test"]["mean-margin"]["value"]
    assert scores["test"]["accuracy"]["value"] > 0.5  # three classes: it learned something
    used = json.loads((run / "manifest.json").read_text())["components"]
    theirs = {each["kind"]: each["name"] for each in used if each["origin"] == "sightkit-sample 1.2.0"}
    assert theirs == COMPONENTS


def test_without_it_the_experiment_says_that_it_is_not_installed(sightkit: Command) -> None:
    done = sightkit("check", SAMPLE / "stripes.toml", python=sys.executable)
    assert done.code == 2
    assert 'dataset.use = "stripes": no such dataset, or its plugin is not installed' in done.err
