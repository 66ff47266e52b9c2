"""Opening runs by their folder, or by the name of their experiment."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

import sightkit


@pytest.fixture
def runs_dir(finished: sightkit.Run, tmp_path: Path) -> Path:
    """A folder of runs with one finished run of ``pictures``, and a newer one that has failed."""
    place = tmp_path / "runs" / "pictures"
    shutil.copytree(finished.path, place / "1")
    shutil.copytree(finished.path, place / "2")
    manifest = place / "2" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"finished"', '"failed"', 1))
    return tmp_path / "runs"


def test_a_name_means_the_newest_run_that_has_finished(runs_dir: Path) -> None:
    assert sightkit.open_run("pictures", runs_dir=runs_dir).path == runs_dir / "pictures" / "1"


def test_a_folder_means_its_run_in_whatever_state(runs_dir: Path) -> None:
    folder = runs_dir / "pictures" / "2"
    assert sightkit.open_run(folder).state == sightkit.open_run(str(folder)).state == "failed"


def test_an_unknown_name_suggests_the_nearest_one_and_a_folder_without_a_run_is_told(runs_dir: Path) -> None:
    with pytest.raises(sightkit.ConfigError, match='did you mean "pictures"'):
        sightkit.open_run("picture", runs_dir=runs_dir)
    with pytest.raises(sightkit.StorageError, match="no run here"):
        sightkit.open_run(runs_dir)


def test_a_run_that_has_predicted_goes_to_another_process_as_its_folder(finished: sightkit.Run) -> None:
    predicted = finished.predict(np.zeros((2, 12, 16, 3), np.uint8))
    run, copy = pickle.loads(pickle.dumps((finished, predicted)))
    assert run.path == finished.path
    assert run.scores == finished.scores
    np.testing.assert_array_equal(copy.probabilities, predicted.probabilities)
