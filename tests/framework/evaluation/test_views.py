"""The views of test-time augmentation."""

from __future__ import annotations

import numpy as np
import pytest

from sightkit import ConfigError
from sightkit.evaluation.views import check_views, views_of

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 32, 48, 3), dtype=np.uint8)


@pytest.mark.parametrize(("names", "count"), [((), 1), (("flip",), 2), (("shift",), 5), (("shift", "flip"), 10)])
def test_an_image_as_it_is_comes_first_and_every_view_is_another_one(names, count):
    views = list(views_of(IMAGES, names))
    np.testing.assert_array_equal(views[0], IMAGES)
    assert {view.shape for view in views} == {IMAGES.shape}
    assert len({view.tobytes() for view in views}) == len(views) == count


def test_a_shift_moves_by_a_sixteenth_and_repeats_the_edge():
    _, top_left, *_ = views_of(IMAGES, ["shift"])
    np.testing.assert_array_equal(top_left[:, 2:, 3:], IMAGES[:, :-2, :-3])
    np.testing.assert_array_equal(top_left[:, 0, 3:], IMAGES[:, 0, :-3])


def test_a_shift_of_a_tiny_image_is_a_pixel():
    assert len({view.tobytes() for view in views_of(np.arange(9, dtype=np.uint8).reshape(1, 3, 3, 1), ["shift"])}) == 5


def test_an_unknown_view_suggests_the_nearest_name():
    with pytest.raises(ConfigError, match="expected views out of flip, shift, found 'flp'; did you mean \"flip\""):
        check_views(["shift", "flp"])


def test_a_view_that_is_named_twice_counts_once():
    assert check_views(["flip", "flip"]) == ("flip",)
