"""Weights of images: which are refused, and what training makes of the others."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sightkit import ArraySource, DataError, ImageSource, Samples
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 4, 5), dtype=np.uint8)
LABELS = np.arange(10) % 2
SPLITS = ["train"] * 8 + ["test"] * 2


def source(weights, **columns):
    return ArraySource(IMAGES, LABELS, classes=("cat", "dog"), weights=weights, splits=SPLITS, **columns)


def prepared(images):
    return prepare(images, images=ImagesSettings(), split=SplitSettings(validation=0), seed=0)


class Read(ImageSource):
    """The same images, as a plugin offers them."""

    classes = ("cat", "dog")

    def __init__(self, weights):
        self.samples = Samples(ids=[str(row) for row in range(10)], labels=LABELS, weights=weights)

    def read(self, index):
        return IMAGES[index]


def test_weights_are_compared_with_those_of_the_training_images():
    data = prepared(source(np.arange(10)))
    assert data.weights.dtype == np.float32
    assert data.weights[data.splits["train"]].mean() == pytest.approx(1)
    np.testing.assert_allclose(data.weights, np.arange(10) / 3.5, rtol=1e-6)


@pytest.mark.parametrize("weight", [1, 0.1, 1e-30, 3e38])
def test_equal_weights_are_exactly_one(weight):
    assert (prepared(source(np.full(10, weight))).weights == 1).all()


def test_there_are_no_weights_unless_a_source_brings_some():
    assert prepared(source(None)).weights is None
    assert prepared(Read(np.ones(10, np.float32))).weights is not None


@pytest.mark.parametrize("what", [source, Read])
def test_the_fingerprint_knows_weights_and_is_what_it_was_without_them(what):
    ones, others = np.ones(10, np.float32), np.arange(10, dtype=np.float32)
    prints = [what(weights).fingerprint() for weights in (None, ones, others)]
    assert len(set(prints)) == 3
    assert what(ones.copy()).fingerprint() == prints[1]


@pytest.mark.parametrize("wrong", [-0.5, np.nan, np.inf])
def test_a_weight_that_is_negative_or_not_finite_is_told_with_its_image(wrong):
    weights = np.ones(10)
    weights[3] = wrong
    with pytest.raises(DataError, match=rf"^3: expected a finite weight of at least 0, found {wrong}$"):
        prepared(source(weights))


def test_training_images_that_all_weigh_nothing_are_refused():
    weights = np.zeros(10)
    weights[8:] = 1  # test images
    with pytest.raises(DataError, match=r"^weights: expected one above 0 among those of the 8 training images"):
        prepared(source(weights))


@pytest.mark.parametrize(
    ("weights", "found"),
    [([1, 2], "found int64 of shape (2,)"), (["a"] * 10, "found <U1"), (np.ones((10, 1)), "found float64 of shape")],
)
def test_an_array_source_refuses_what_are_no_weights(weights, found):
    with pytest.raises(DataError, match=re.escape(f"weights: expected numbers of shape (10,), {found}")):
        source(weights)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0] * 10, r"weights: expected an array of float32 of shape \(n,\), found list"),
        (np.ones(10), r"weights: expected an array of float32 of shape \(n,\), found float64"),
        (np.ones(9, np.float32), "the dataset's table has 10 ids but 9 weights"),
    ],
)
def test_a_source_whose_table_breaks_the_contract_is_told_so(weights, message):
    with pytest.raises(DataError, match=message):
        prepared(Read(weights))
