"""The reports of a finished run, made again from Python."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import sightkit
from sightkit.runs.display import Display

EXPERIMENT: dict[str, Any] = {
    "name": "tiny",
    "split": {"validation": 0.2, "test": 0.2},
    "architecture": {"use": "basic-cnn", "filters": [4]},
    "training": {"epochs": 1, "batch_size": 16},
    "metrics": [],
    "reports": [{"use": "html"}],
}


class Witness(Display):
    """A display that keeps its warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of noise in two folders."""
    folder = tmp_path_factory.mktemp("images")
    generator = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (folder / name).mkdir()
        for index in range(20):
            pixels = generator.integers(0, 256, (12, 12, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{index}.png")
    return folder


@pytest.fixture(scope="module")
def finished(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run on them."""
    folder = tmp_path_factory.mktemp("finished")
    experiment = sightkit.load({**EXPERIMENT, "dataset": {"use": "image-folder", "path": str(images)}})
    return experiment.run(runs_dir=folder, cache_dir=folder / "cache").path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def report_of(run: Path) -> str:
    return (run / "reports" / "report.html").read_text(encoding="utf-8")


def change(run: Path, before: str, after: str) -> None:
    """Change what a run says it was made of."""
    resolved = run / "resolved.toml"
    text = resolved.read_text()
    assert before in text
    resolved.write_text(text.replace(before, after))


def without_durations(page: str) -> str:
    """Return a page without what changes once a run has ended."""
    return re.sub(r'<section id="run">.*', "", page, flags=re.DOTALL)


def test_reports_are_the_same_when_they_are_made_again(run, tmp_path):
    before = report_of(run)
    (run / "reports" / "report.html").unlink()
    files = sightkit.report(run, cache_dir=tmp_path / "cache")
    assert files == [run / "reports" / "report.html"]
    assert without_durations(report_of(run)) == without_durations(before)
    assert "data:image/webp" in before
    assert 'alt="where the model looked"' in before
    assert '<section id="network">' in before


def test_without_its_images_a_report_has_everything_but_pictures(run, images, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(images, elsewhere)
    resolved = run / "resolved.toml"
    resolved.write_text(resolved.read_text().replace(str(images), str(tmp_path / "gone")))
    witness = Witness()
    sightkit.report(run, cache_dir=tmp_path / "cache", display=witness)
    assert "reports are made without pictures" in witness.warnings[0]
    assert "gone" in witness.warnings[0]
    assert "data:image/" not in report_of(run)
    assert '<section id="network">' in report_of(run)


def test_other_images_in_their_place_are_not_shown(run, images, tmp_path):
    other = Path(shutil.copytree(images, tmp_path / "other"))
    Image.new("RGB", (12, 12), "red").save(other / "cat" / "0.png")
    resolved = run / "resolved.toml"
    resolved.write_text(resolved.read_text().replace(str(images), str(other)))
    witness = Witness()
    sightkit.report(run, cache_dir=tmp_path / "cache", display=witness)
    assert "the data is not what it was" in witness.warnings[0]
    assert "data:image/" not in report_of(run)


def test_a_damaged_model_is_told_and_leaves_the_rest(run, tmp_path):
    (run / "model" / "model.keras").write_bytes(b"no model")
    witness = Witness()
    sightkit.report(run, cache_dir=tmp_path / "cache", display=witness)
    (warning,) = witness.warnings
    assert "reports are made without the model" in warning
    assert "data:image/webp" in report_of(run)
    assert '<section id="network">' not in report_of(run)


def test_images_that_were_in_memory_are_handed_over_again(tmp_path):
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    source = sightkit.ArraySource(pixels, np.arange(40) % 2, classes=["a", "b"])
    experiment = sightkit.load({**EXPERIMENT, "reports": [{"use": "html"}]}, dataset=source)
    run = experiment.run(runs_dir=tmp_path)
    before = report_of(run.path)
    witness = Witness()
    sightkit.report(run, display=witness)
    assert "its images were in memory" in witness.warnings[0]
    assert "data:image/" not in report_of(run.path)
    sightkit.report(run, dataset=source)
    assert without_durations(report_of(run.path)) == without_durations(before)


def test_a_report_needs_no_component_that_is_gone_but_the_reports(run, tmp_path):
    before = report_of(run)
    change(run, 'use = "basic-cnn"', 'use = "gone"')
    change(run, 'use = "adam"', 'use = "gone"')
    witness = Witness()
    sightkit.report(run, cache_dir=tmp_path / "cache", display=witness)
    assert witness.warnings == []
    assert report_of(run).count("data:image/webp") == before.count("data:image/webp")

    change(run, 'use = "image-folder"', 'use = "gone"')
    sightkit.report(run, cache_dir=tmp_path / "cache", display=witness)
    (warning,) = witness.warnings
    assert "reports are made without pictures" in warning
    assert '"gone"' in warning

    change(run, 'use = "html"', 'use = "htlm"')
    with pytest.raises(sightkit.ConfigError, match='did you mean "html"'):
        sightkit.report(run, cache_dir=tmp_path / "cache")


def test_a_run_without_predictions_has_no_reports(run):
    shutil.rmtree(run / "predictions")
    with pytest.raises(sightkit.StorageError, match="no predictions here"):
        sightkit.report(run)
