"""The perceptual hash: alike for copies of a picture, unlike for others."""

from __future__ import annotations

import numpy as np
import pytest

from photographs import changed, photographs
from sightkit.images.decoding.looks import look


def bits(one: int, other: int) -> int:
    return (one ^ other).bit_count()


@pytest.mark.parametrize("how", ["compressed", "resized", "darkened", "grey"])
def test_copies_of_a_photograph_differ_in_few_bits(how):
    differing = [bits(look(pixels), look(changed(pixels, how))) for pixels in photographs(40)]
    assert np.mean(np.array(differing) <= 4) >= 0.95


def test_other_photographs_differ_in_many_bits():
    hashes = [look(pixels) for pixels in photographs(40)]
    differing = [bits(one, other) for index, one in enumerate(hashes) for other in hashes[:index]]
    assert np.median(differing) > 20
    assert np.mean(np.array(differing) <= 4) < 0.01


def test_grey_and_rgb_of_equal_channels_look_the_same():
    grey = photographs(10, 40)[..., :1]
    assert [look(each) for each in grey] == [look(np.repeat(each, 3, axis=-1)) for each in grey]


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 50, 3), (3, 2, 1)])
def test_images_of_any_size_have_a_hash(shape):
    assert 0 <= look(np.full(shape, 7, np.uint8)) < 2**64
