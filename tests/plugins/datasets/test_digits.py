"""digits: the dataset that needs no download."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from sightkit import DatasetTask
from sightkit_plugins.datasets.digits import DigitsParams, build_digits


def test_digits_are_those_of_scikit_learn_with_sixteen_as_white():
    source = build_digits(DigitsParams(), DatasetTask())
    original = load_digits()
    assert source.classes == tuple("0123456789")
    assert source.image_shape == (8, 8, 1)
    assert source.samples.labels.tolist() == original.target.tolist()
    assert (source.samples.splits, source.files) == (None, None)
    pixels = np.stack([source.read(row) for row in range(1797)])
    assert pixels.dtype == np.uint8
    assert (pixels.min(), pixels.max()) == (0, 255)
    np.testing.assert_array_equal(np.rint(pixels[..., 0] * (16 / 255)), original.images)


def test_digits_say_whose_they_are():
    source = build_digits(DigitsParams(), DatasetTask())
    assert source.licence == "CC-BY-4.0"
    assert "Alpaydin" in source.citation


def test_digits_have_the_same_fingerprint_each_time():
    first, second = (build_digits(DigitsParams(), DatasetTask(seed=seed)).fingerprint() for seed in (0, 1))
    assert first == second
