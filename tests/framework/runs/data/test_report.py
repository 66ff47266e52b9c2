"""data.json and samples.png: what is known of the images of an experiment, for programs and for people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightkit
from sightkit.runs.data.report import size_summary, write_data_report
from sightkit.runs.data.samples import draw_samples


@pytest.fixture
def data(tmp_path: Path):
    """Thirty prepared images of two classes and three sizes."""
    for index in range(30):
        folder = tmp_path / "pets" / ("cat" if index < 20 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        size = (10, 12) if index < 15 else (20, 30) if index < 29 else (50, 40)
        pixels = np.random.default_rng(index).integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    settings = {
        "dataset": {"use": "image-folder", "path": str(tmp_path / "pets")},
        "images": {"size": [8, 8]},
        "split": {"validation": 0, "test": 0.2},
    }
    return sightkit.load(settings).prepare()


def test_the_document_has_counts_sizes_statistics_and_digests(data, tmp_path):
    written = write_data_report(data, tmp_path / "new" / "folder", name="pets", seed=0)
    document = json.loads((tmp_path / "new" / "folder" / "data.json").read_text())
    assert document == json.loads(json.dumps(written))
    assert document["classes"] == ["cat", "dog"]
    assert document["images_per_class"] == {"train": [16, 8], "test": [4, 2]}
    assert document["sizes"] == {"distinct": 3, "smallest": [10, 12], "median": [20, 30], "largest": [50, 40]}
    assert document["image_shape"] == [8, 8, 3]
    mean = data.images[data.splits["train"]].mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(document["channel_mean"], mean, atol=1e-6)
    assert document["split_sha256"] == data.split_digests()
    assert document["fingerprint"] == data.fingerprint
    assert document["findings"] == [finding.document() for finding in data.findings]


def test_sizes_are_not_told_where_nobody_looked(data):
    images = sightkit.images.PreparedData(**{**vars(data), "sizes": None})
    assert size_summary(images) is None


def test_samples_are_the_same_for_the_same_seed(data):
    first, again, other = (np.asarray(draw_samples(data, name="pets", seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_folder_that_cannot_be_made_is_an_error_of_storage(data, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(sightkit.SightkitError, match=r"file/folder: cannot be made: Not a directory") as raised:
        write_data_report(data, tmp_path / "file" / "folder", name="pets", seed=0)
    assert raised.value.exit_code == 5
