"""Runs with a frozen backbone: features are computed once, and nothing else changes for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightkit
from sightkit import ConfigError
from sightkit.errors import InterruptedRunError
from sightkit.evaluation.predict import Predictor
from sightkit.runs.display import Display

EXPERIMENT: dict[str, Any] = {
    "dataset": {"use": "digits"},
    "architecture": {"use": "basic-cnn", "filters": [6]},
    "optimizer": {"learning_rate": 0.01},
    "training": {"batch_size": 128, "stages": [{"epochs": 3, "freeze": "backbone"}]},
    "metrics": [],
    "reports": [],
}
ROTATED = {"augmentations": [{"use": "rotate", "degrees": 20.0}]}
ALL = 1455 + 162 + 180
"""Images of the digits: training, validation and test."""


class Watch(Display):
    """Counts the features that are computed, and keeps what is said."""

    def __init__(self) -> None:
        self.computed, self.notes, self._last = 0, [], 0

    def features(self, done: int, total: int) -> None:
        self._last = 0 if done < self._last else self._last
        self.computed += done - self._last
        self._last = 0 if done == total else done

    def note(self, message: str) -> None:
        self.notes.append(message)

    @property
    def told(self) -> str:
        return next(note for note in self.notes if note.startswith("features of"))


def stage(**keys: Any) -> dict[str, Any]:
    """Return the key of one stage with a frozen backbone."""
    return {"training.stages": [{"epochs": 3, "freeze": "backbone", **keys}]}


@pytest.fixture
def start(tmp_path: Path):
    """Run the experiment with changes: ``start({"seed": 1})`` returns the run and who watched it."""

    def run(changes: dict[str, Any] | None = None, **arguments: Any) -> tuple[sightkit.Run, Watch]:
        watch = Watch()
        words = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "cache", "display": watch, **arguments}
        return sightkit.load(EXPERIMENT).override(changes or {}).run(**words), watch

    return run


def digest(run: sightkit.Run) -> str:
    return str(run.manifest["model"]["weights_sha256"])


def losses(run: sightkit.Run) -> list[tuple[float, float]]:
    return [(row["loss"], row["validation_loss"]) for row in run.history]


def test_features_are_computed_once_for_all_runs_that_need_them(start) -> None:
    first, computing = start()
    assert computing.computed == ALL
    assert computing.told.startswith("features of 1,617 images: computed in ")
    assert first.manifest["features"] == [{"stage": 1, "views": 1, "augmented": False}]
    for changes in ({}, {"architecture.dropout": 0.5, "optimizer.learning_rate": 0.1, "training.batch_size": 200}):
        again, watch = start(changes)
        assert watch.computed == 0, changes
        assert watch.told == "features of 1,617 images: kept from before"
        assert (digest(again) == digest(first)) is (changes == {})
    for changes in ({"seed": 1}, {"images.size": [12, 12]}, {"split.test": 0.2}):
        assert start(changes)[1].computed == ALL, changes


def test_a_run_is_the_same_wherever_its_features_are(start, tmp_path: Path) -> None:
    expected, _ = start()
    assert start({"images.memory": 1e-9})[1].computed == 0
    for changes in ({"images.memory": 1e-9}, {"images.cache": "none"}, {"images.cache": "none", "images.memory": 1e-9}):
        run, _ = start(changes)
        assert (digest(run), losses(run)) == (digest(expected), losses(expected)), changes
    before = sorted(tmp_path.rglob("features.npy"))
    start({"images.cache": "none"})
    assert sorted(tmp_path.rglob("features.npy")) == before


def test_validation_and_predictions_are_bit_for_bit_those_of_the_whole_model(start) -> None:
    run, _ = start(stage(epochs=1))
    experiment = sightkit.load(EXPERIMENT)
    data = experiment.prepare()
    predictor = Predictor(run.model)
    for split, rows in data.splits.items():
        assert (predictor.probabilities(data.images, rows) == run.predictions[split].probabilities).all()
    chosen = run.predictions["validation"].probabilities[np.arange(162), data.labels[data.splits["validation"]]]
    assert run.history[0]["validation_loss"] == pytest.approx(-np.log(chosen).mean(), rel=1e-6)


def test_training_on_features_learns_what_training_on_images_does(start) -> None:
    cached, _ = start()
    whole, watch = start(stage(cache_features="off"))
    assert watch.computed == 0
    assert "features" not in whole.manifest
    np.testing.assert_allclose(losses(cached), losses(whole), rtol=1e-4)


def test_augmentations_need_an_explicit_word_for_the_cache(start) -> None:
    assert start(ROTATED)[1].computed == 0
    on, watch = start(ROTATED | stage(cache_features="on"))
    assert watch.computed == ALL + 1455, "a rotated view to train on, and the images as they are to be judged by"
    assert on.manifest["features"] == [{"stage": 1, "views": 1, "augmented": True}]
    two, watch = start(ROTATED | stage(views=2))
    assert watch.computed == 1455, "the first view is there already"
    assert watch.told.startswith("features of 3,072 views: 1,617 kept from before, 1,455 computed in ")
    assert two.manifest["features"] == [{"stage": 1, "views": 2, "augmented": True}]
    assert losses(two)[0] == losses(on)[0]
    assert losses(two)[1:] != losses(on)[1:]
    more, watch = start(ROTATED | stage(views=50))
    assert more.manifest["features"][0]["views"] == 3, "as many as there are epochs"
    assert losses(more)[:2] == losses(two)[:2]
    assert start(ROTATED | stage(views=2) | {"augmentations.0.degrees": 10.0})[1].computed == 2 * 1455


@pytest.mark.parametrize(("asked", "told"), [({"views": 2}, "views = 2"), ({"cache_features": "on"}, '= "on"')])
def test_augmentations_that_mix_images_cannot_be_cached(start, tmp_path: Path, asked: Any, told: str) -> None:
    mixing = {"augmentations": [{"use": "flip"}, {"use": "mixup"}]}
    with pytest.raises(ConfigError, match=rf"training\.stages\.0: .*{told}: the augmentation mixup mixes"):
        start(mixing | stage(**asked))
    assert not list(tmp_path.rglob("history.csv"))
    assert start(mixing)[1].computed == 0


def test_damaged_features_are_computed_again_with_the_same_result(start, tmp_path: Path) -> None:
    first, _ = start()
    largest = max((tmp_path / "cache").rglob("features.npy"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 16
    largest.write_bytes(content)
    again, watch = start()
    assert watch.computed == 1455
    assert digest(again) == digest(first)


def test_a_run_that_was_stopped_while_it_computed_features_goes_on_with_the_others(start, tmp_path: Path) -> None:
    expected, _ = start(runs_dir=tmp_path / "whole", cache_dir=tmp_path / "other")
    watch = Watch()
    with pytest.raises(InterruptedRunError, match="sightkit resume"):
        start(display=watch, stop=lambda: watch.computed >= 500)
    resumed, rest = start(resume=True)
    assert watch.computed + rest.computed == ALL
    assert digest(resumed) == digest(expected)


@pytest.mark.usefixtures("one_step_a_call")
@pytest.mark.parametrize("kept", [True, False])
def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(start, tmp_path: Path, kept: bool) -> None:
    # The third stage is trained on features of weights that only the checkpoint knows.
    stages = [
        {"epochs": 1, "freeze": "backbone", "views": 2},
        {"epochs": 1},
        {"epochs": 2, "freeze": "backbone", "views": 2},
    ]
    changes = ROTATED | {"training.stages": stages, "training.ema": 0.9}
    expected, _ = start(changes, runs_dir=tmp_path / "whole", cache_dir=tmp_path / "other")
    assert [each["stage"] for each in expected.manifest["features"]] == [1, 3]
    for steps in (7, 38, 20):
        asked = iter(range(1000))
        with pytest.raises(InterruptedRunError):
            start(changes, resume=True, stop=lambda asked=asked, steps=steps: next(asked) >= steps)
    resumed, watch = start(changes, resume=True, **({} if kept else {"cache_dir": tmp_path / "third"}))
    assert digest(resumed) == digest(expected)
    assert losses(resumed) == losses(expected)
    assert resumed.manifest["features"] == expected.manifest["features"]
    assert "kept from before" in watch.told if kept else "computed in" in watch.told


def test_runs_at_the_same_time_compute_features_once(start) -> None:
    start({"images.size": [8, 8], "seed": 1})  # the prepared images, and TensorFlow
    with ThreadPoolExecutor(2) as pool:
        (first, one), (second, other) = pool.map(lambda _: start(), range(2))
    assert one.computed + other.computed == ALL
    assert digest(first) == digest(second)


def test_a_backbone_that_changed_since_is_not_taken_for_what_it_was(start) -> None:
    stages = [{"epochs": 2, "freeze": "backbone"}, {"epochs": 2, "optimizer": {"learning_rate": 0.02}}]
    run, watch = start({"training.stages": stages})
    assert watch.computed == 1455 + 162, "what is no longer of use is not computed"
    data = sightkit.load(EXPERIMENT).prepare()
    assert run.manifest["model"]["best_epoch"] > 2
    made = Predictor(run.model).probabilities(data.images, data.splits["test"])
    assert (made == run.predictions["test"].probabilities).all()


def test_weights_of_images_go_with_their_features(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    images, labels = generator.integers(0, 256, (90, 8, 8), dtype=np.uint8), np.arange(90) % 2

    def trained(cached: str, weights: list[float]) -> list[float]:
        source = sightkit.ArraySource(images, labels, classes=["a", "b"], weights=weights)
        experiment = sightkit.load({**EXPERIMENT, "dataset": {}}, dataset=source).override(stage(cache_features=cached))
        return [row["loss"] for row in experiment.run(runs_dir=tmp_path).history]

    chosen = [0.0] * 60 + [1.0] * 30
    assert trained("on", chosen) == pytest.approx(trained("off", chosen), rel=1e-5)
    assert trained("on", chosen) != pytest.approx(trained("on", [1.0] * 90), rel=1e-2)
