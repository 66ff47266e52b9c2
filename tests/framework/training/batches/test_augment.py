"""Augmentations as one function on batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from sightkit import Geometric, Mixing, PluginError, Pointwise, uniform
from sightkit.training.batches.augment import compose

SHAPE = (5, 8, 1)


def seeds(count: int, *, start: int = 0) -> Any:
    return tf.constant(np.stack([np.arange(start, start + count), np.full(count, 7)], axis=1), tf.int32)


def pictures(count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).random((count, *SHAPE), np.float32)


def always(row: list[float], **options: Any) -> Geometric:
    return Geometric(lambda seeds: tf.tile([row], [tf.shape(seeds)[0], 1]), **options)


def turn(degrees: float, **options: Any) -> Geometric:
    cos, sin = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    return always([cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0], **options)


MIRROR = always([-1.0, 0, 0, 0, 1, 0, 0, 0], fill=None)
TO_THE_RIGHT = always([1.0, 0, -1, 0, 1, 0, 0, 0])
UNCHANGED = Pointwise(lambda images, _seeds: images)
BRIGHTER = Pointwise(lambda images, seeds: images + uniform(seeds, 0.0, 0.5)[:, None, None, None])


def run(transforms: list[Any], images: np.ndarray, which: Any = None) -> np.ndarray:
    labels = tf.one_hot(np.arange(len(images)) % 3, 3)
    augment = compose(transforms, image_shape=SHAPE)
    return augment(tf.constant(images), labels, seeds(len(images)) if which is None else which)[0].numpy()


def test_a_mirror_moves_every_pixel_exactly_even_in_an_oblong_image():
    images = pictures()
    np.testing.assert_array_equal(run([MIRROR], images), images[:, :, ::-1])


def test_a_matrix_says_where_a_pixel_of_the_output_comes_from():
    images = pictures()
    shifted = run([TO_THE_RIGHT], images)
    np.testing.assert_array_equal(shifted[:, :, 1:], images[:, :, :-1])
    assert (shifted[:, :, 0] == 0).all()


@pytest.mark.parametrize("order", [[MIRROR, TO_THE_RIGHT], [TO_THE_RIGHT, MIRROR]])
def test_the_first_listed_is_applied_first(order):
    images = pictures()
    one_by_one = run([order[1]], run([order[0]], images))
    together = run(order, images)
    np.testing.assert_allclose(together[:, :, 1:-1], one_by_one[:, :, 1:-1], atol=1e-6)


def test_a_turn_is_about_the_centre_and_clockwise_maps_apply_to_points():
    images = np.zeros((1, 5, 8, 1), np.float32)
    images[0, 2, 5] = images[0, 2, 2] = 1.0
    np.testing.assert_allclose(run([turn(180)], images), images, atol=1e-5)


def test_geometric_neighbours_are_interpolated_once():
    images = pictures()
    there_and_back = [turn(3, fill="reflect"), turn(-3, fill="reflect")]
    np.testing.assert_allclose(run(there_and_back, images), images, atol=1e-4)
    apart = run([there_and_back[0], UNCHANGED, there_and_back[1]], images)
    assert np.abs(apart - images).mean() > 0.01


def test_neighbours_with_different_fills_are_interpolated_apart():
    images = pictures()
    black, mirrored = turn(90, fill="constant"), turn(-90, fill="reflect")
    one_by_one = run([mirrored], run([black], images))
    np.testing.assert_array_equal(run([black, mirrored], images), one_by_one)


def test_one_that_never_looks_outside_takes_the_fill_of_its_neighbour():
    images = np.ones((1, *SHAPE), np.float32)
    assert run([MIRROR, TO_THE_RIGHT], images).min() == 0.0
    assert run([MIRROR, always([1.0, 0, -1, 0, 1, 0, 0, 0], fill="nearest"), MIRROR], images).min() == 1.0


def test_a_perspective_map_divides_by_its_last_row():
    images = np.tile(np.linspace(0, 1, 8, dtype=np.float32)[None, None, :, None], (1, 5, 1, 1))
    tilted = run([always([1.0, 0, 0, 0, 1, 0, 0.1, 0], fill="nearest")], images)
    x = np.arange(8) - 3.5
    expected = np.interp(x / (0.1 * x + 1), x, images[0, 0, :, 0])
    np.testing.assert_allclose(tilted[0, 2, :, 0], expected, atol=1e-5)


def test_results_stay_between_zero_and_one():
    images = run([BRIGHTER, BRIGHTER], pictures())
    assert images.max() == 1.0
    assert run([Pointwise(lambda images, _seeds: images - 0.5)], pictures()).min() == 0.0


def test_the_same_augmentation_twice_draws_twice():
    drawn = []
    recorded = Pointwise(lambda images, seeds: drawn.append(seeds.numpy().tolist()) or images)
    run([recorded, recorded], pictures())
    assert drawn[0] != drawn[1]


def test_an_image_is_changed_the_same_however_the_batch_is_divided():
    def slide(seeds: Any) -> Any:
        x = uniform(seeds, -2.0, 2.0)
        return tf.stack([tf.ones_like(x), x * 0, x, x * 0, x * 0 + 1, x, x * 0, x * 0], axis=1)

    transforms = [BRIGHTER, Geometric(slide), Geometric(slide)]
    images = pictures(10)
    apart = [run(transforms, images[:3], seeds(3)), run(transforms, images[3:], seeds(7, start=3))]
    np.testing.assert_array_equal(run(transforms, images), np.concatenate(apart))


def test_mixing_sees_images_labels_and_seeds_of_the_whole_batch():
    def reverse(images: Any, labels: Any, seeds: Any) -> tuple[Any, Any]:
        assert seeds.shape == (4, 2)
        return images[::-1], (labels + labels[::-1]) / 2

    images, labels = pictures(), tf.one_hot([0, 1, 2, 0], 3)
    mixed, mixed_labels = compose([MIRROR, Mixing(reverse)], image_shape=SHAPE)(tf.constant(images), labels, seeds(4))
    np.testing.assert_array_equal(mixed, images[::-1, :, ::-1])
    assert mixed_labels.numpy()[1].tolist() == [0, 0.5, 0.5]


def test_a_transform_of_no_form_is_refused():
    with pytest.raises(PluginError, match=r"augmentations\.1 built 3; expected Pointwise, Geometric or Mixing"):
        compose([MIRROR, 3], image_shape=SHAPE)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("transform", "what"),
    [
        (Pointwise(lambda images, _seeds: images[:, :-1]), r"augmentations\.0, its images"),
        (Pointwise(lambda images, _seeds: tf.cast(images, tf.uint8)), r"augmentations\.0, its images"),
        (Geometric(lambda seeds: tf.zeros((tf.shape(seeds)[0], 6))), r"augmentations\.0, its matrices"),
        (Mixing(lambda images, labels, _seeds: (images, labels[:, :2])), r"augmentations\.0, its labels"),
    ],
)
def test_a_transform_that_breaks_its_contract_is_named(transform, what):
    with pytest.raises(PluginError, match=f"{what}: expected float32 of shape"):
        run([transform], pictures())
