"""The picture of a learning-rate range test."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from sightkit import StorageError
from sightkit.runs.rates.picture import CURRENT, SUGGESTED
from sightkit.runs.rates.result import RateSearch


def search(*, falls: bool = True, current: float = 1e-3) -> RateSearch:
    rates = np.geomspace(1e-6, 1, 60)
    losses = np.linspace(2, 1, 60) if falls else np.full(60, 2.0)
    key = "optimizer.learning_rate"
    return RateSearch(title="owls", key=key, current=current, rates=rates, losses=losses, steps=60)


def columns_of(path: Path, colour: str) -> np.ndarray:
    """Where in a picture a colour fills most of a column."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    same = (pixels == np.rint(255 * np.array(to_rgb(colour)))).all(axis=2)
    return np.flatnonzero(same.mean(axis=0) > 0.3)


def test_the_suggestion_and_the_experiments_rate_are_marked_where_they_are(tmp_path: Path):
    places = []
    for current in (1e-4, 1e-2):
        search(current=current).draw(tmp_path / "seen.png")
        places.append((columns_of(tmp_path / "seen.png", CURRENT), columns_of(tmp_path / "seen.png", SUGGESTED)))
    (low, suggested), (high, _) = places
    assert low.size
    assert low.max() < high.min() < suggested.min()  # 1e-4, 1e-2, 0.1


def test_without_a_suggestion_none_is_marked(tmp_path: Path):
    search(falls=False).draw(tmp_path / "seen.png")
    assert not columns_of(tmp_path / "seen.png", SUGGESTED).size
    assert columns_of(tmp_path / "seen.png", CURRENT).size


def test_the_hosts_matplotlib_changes_nothing_and_is_not_changed(tmp_path: Path):
    search().draw(tmp_path / "plain.png")
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "black"}):
        before = dict(mpl.rcParams)
        search().draw(str(tmp_path / "dark.png"))
        assert dict(mpl.rcParams) == before
    assert (tmp_path / "plain.png").read_bytes() == (tmp_path / "dark.png").read_bytes()


def test_a_picture_that_cannot_be_written_is_an_error_of_storage(tmp_path: Path):
    with pytest.raises(StorageError, match=r"nowhere/seen\.png: cannot be written"):
        search().draw(tmp_path / "nowhere" / "seen.png")
