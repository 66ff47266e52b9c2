"""The recipes that ship: valid, and honest about what was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sightkit
from sightkit_plugins.recipes import sightkit_recipes

FOR_YOUR_IMAGES = {"fine-tune"}
"""Recipes whose scores are those of images that nobody has but you."""

RECIPES = {recipe.name: recipe.path for recipe in sightkit_recipes()}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_valid_and_named_after_its_file(name: str) -> None:
    experiment = sightkit.load(name)
    experiment.check()
    assert experiment.settings.name == name


@pytest.mark.parametrize("name", sorted(RECIPES.keys() - FOR_YOUR_IMAGES))
def test_a_recipe_states_a_score_inside_its_interval_and_the_time(name: str) -> None:
    notes = sightkit.load(name).settings.recipe
    assert notes is not None
    assert notes.measured is not None
    assert notes.measured.low < notes.measured.value < notes.measured.high
    assert notes.measured.seconds > 0


def test_the_stated_interval_is_wilsons() -> None:
    tests = {"digits": 359, "fashion-mnist": 10_000, "fashion-mnist-resnet": 10_000}
    for name, count in tests.items():
        measured = sightkit.load(name).settings.recipe.measured
        low, high = sightkit.wilson_interval(round(measured.value * count), count)
        assert (measured.low, measured.high) == (round(low, 4), round(high, 4))


def test_fine_tune_trains_the_head_on_features_and_then_all_but_the_norms(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
    images[30:, :16] //= 4
    source = sightkit.ArraySource(images, np.arange(60) // 30, classes=["light", "dark"])
    small = {"architecture.weights": "none", "architecture.alpha": 0.35, "images.size": [32, 32]}
    short = {"training.stages.0.epochs": 2, "training.stages.1.epochs": 1, "reports": []}
    run = sightkit.load("fine-tune", dataset=source).override({**small, **short}).run(runs_dir=tmp_path)
    assert run.manifest["features"] == [{"stage": 1, "views": 2, "augmented": True}]
    assert [row["stage"] for row in run.history] == [1, 1, 2]


def test_fine_tune_says_which_folder_it_wants(tmp_path: Path) -> None:
    with pytest.raises(sightkit.DataError, match="photos"):
        sightkit.load("fine-tune").run(runs_dir=tmp_path)


def test_fashion_mnist_says_what_to_do_without_its_files(tmp_path: Path) -> None:
    experiment = sightkit.load("fashion-mnist").override({"dataset.path": tmp_path / "nowhere"})
    with pytest.raises(sightkit.DataError, match="dataset-fashion-mnist"):
        experiment.run(runs_dir=tmp_path)
