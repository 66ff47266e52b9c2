"""What a notebook shows of runs, images and comparisons: tables and pictures in which no name is markup."""

from __future__ import annotations

import base64
import io
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import sightkit

HOSTILE = "<script>alert('1')</script>"
EXPERIMENT: dict[str, Any] = {
    "name": "shown",
    "architecture": {"use": "basic-cnn", "filters": [4]},
    "training": {"epochs": 1, "batch_size": 20},
    "reports": [{"use": "confusion-matrix"}],
}


class Tags(HTMLParser):
    """Collects tags, and refuses ones that nobody closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag != "img":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sightkit.Run:
    generator = np.random.default_rng(0)
    labels = np.arange(60) % 2
    images = (generator.integers(0, 100, (60, 8, 8)) + 100 * labels[:, None, None]).astype(np.uint8)
    source = sightkit.ArraySource(images, labels, classes=["plain", HOSTILE])
    return sightkit.load(EXPERIMENT, dataset=source).run(runs_dir=tmp_path_factory.mktemp("runs"))


def pictures(page: str) -> list[Image.Image]:
    """Return the pictures in a page."""
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


def shown(thing: Any) -> tuple[str, Tags]:
    """Return what a notebook shows, which is whole and without scripts."""
    page = thing._repr_html_()
    tags = Tags(page)
    assert "script" not in tags.seen
    return page, tags


def test_a_run_is_shown_with_its_scores_and_its_confusion_matrix(run: sightkit.Run) -> None:
    page, tags = shown(run)
    assert f"{run.scores['test']['accuracy']['value']:.4f}" in tags.text
    (matrix,) = pictures(page)
    assert min(matrix.size) > 100


def test_a_run_that_has_not_finished_says_how_far_it_is(tmp_path: Path) -> None:
    values = {**EXPERIMENT, "dataset": {"use": "digits"}, "training": {"epochs": 2, "batch_size": 256}}
    epoch = next(sightkit.load(values).epochs(runs_dir=tmp_path))
    _, tags = shown(epoch.run)
    assert "shown: interrupted" in tags.text


def test_a_run_that_is_gone_says_so(run: sightkit.Run, tmp_path: Path) -> None:
    opened = sightkit.Run(shutil.copytree(run.path, tmp_path / "<gone>"))
    (opened.path / "scores.json").unlink()
    assert "scores.json: cannot be read" in shown(opened)[1].text
    shutil.rmtree(opened.path)
    assert "<gone>/manifest.json: cannot be read" in shown(opened)[1].text


def test_names_of_classes_and_files_are_text(run: sightkit.Run, tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.png"
    Image.new("L", (8, 8), 250).save(path)
    _, tags = shown(run.predict([path, tmp_path / "<b>gone</b>.png"]))
    assert str(path) in tags.text
    assert "<b>gone</b>.png" in tags.text
    assert set(tags.seen) <= {"table", "tr", "th", "td", "p"}
    _, tags = shown(run.evaluate())
    assert "accuracy" in tags.text


def test_images_are_shown_as_counts_of_classes_and_splits() -> None:
    images, labels = np.arange(30 * 4, dtype=np.uint8).reshape(30, 2, 2), [0] * 20 + [1] * 10
    source = sightkit.ArraySource(images, labels, classes=[HOSTILE, "plain"])
    _, tags = shown(sightkit.load({"split": {"test": 0.3, "validation": 0}}, dataset=source).prepare())
    assert "30 images of 2 x 2 x 1" in tags.text
    assert f"{HOSTILE}146plain73" in tags.text


def test_of_many_classes_the_first_are_shown_and_a_notebook_can_be_saved_with_any_name() -> None:
    images, labels = np.arange(600, dtype=np.uint16).view(np.uint8).reshape(300, 2, 2), np.arange(300) % 60
    source = sightkit.ArraySource(images, labels, classes=[f"{number:02d} \ud800" for number in range(60)])
    page, tags = shown(sightkit.load({}, dataset=source).prepare())
    page.encode()
    assert "49 \\ud800" in tags.text
    assert "50 \\ud800" not in tags.text
    assert "10 more" in tags.text


def test_an_experiment_is_shown_as_toml_or_with_its_mistakes() -> None:
    _, tags = shown(sightkit.load({"dataset": {"use": "digits"}}))
    assert '[dataset]\nuse = "digits"' in tags.text
    _, tags = shown(sightkit.load({"dataset": {"use": "digit"}}))
    assert 'did you mean "digits"' in tags.text


def test_comparisons_and_searches_are_shown_as_pictures(run: sightkit.Run, tmp_path: Path) -> None:
    experiment = sightkit.load({**EXPERIMENT, "dataset": {"use": "digits"}, "training": {"epochs": 1}})
    runs = [experiment.override({"seed": seed, "split.seed": 0}).run(runs_dir=tmp_path) for seed in (0, 1)]
    assert len(pictures(shown(sightkit.compare(runs))[0])) == 2
    assert len(pictures(shown(experiment.find_learning_rate(steps=20))[0])) == 1
