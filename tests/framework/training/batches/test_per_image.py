"""A function of one image in NumPy as an augmentation: seeds alone decide, threads and batches don't matter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import numpy as np
import pytest
import tensorflow as tf

from sightkit import PluginError, Pointwise, per_image
from sightkit.training.batches.augment import compose
from sightkit.training.steps.step import tensorflow_errors

IMAGES = tf.constant(np.random.default_rng(0).random((5, 4, 3, 1)), tf.float32)
SEEDS = tf.constant([[1, 2], [2, 1], [-1, -1], [0, 0], [1, 2]])


def noisy(image, seed):
    image *= np.random.default_rng(seed).random(image.shape)
    return image


def compiled(change):
    augmentation = per_image(change)
    assert isinstance(augmentation, Pointwise)
    return tf.function(augmentation.apply, autograph=False)


def test_what_becomes_of_an_image_depends_on_its_seeds_alone():
    apply = compiled(noisy)
    together = apply(IMAGES, SEEDS).numpy()
    alone = [apply(IMAGES[row : row + 1], SEEDS[row : row + 1]).numpy()[0] for row in range(5)]
    np.testing.assert_array_equal(together, alone)
    factors = (together / IMAGES.numpy()).round(4)
    np.testing.assert_array_equal(factors[0], factors[4])
    assert len({factor.tobytes() for factor in factors}) == 4


def test_every_bit_of_the_seeds_counts():
    seen = []
    compiled(lambda image, seed: seen.append(seed) or image)(IMAGES, SEEDS)
    assert seen == [1 + (2 << 32), 2 + (1 << 32), 2**64 - 1, 0, 1 + (2 << 32)]


def test_images_that_are_given_stay_as_they_are():
    before = IMAGES.numpy().copy()
    compiled(noisy)(IMAGES, SEEDS)
    np.testing.assert_array_equal(IMAGES, before)


def test_never_two_at_once():
    inside = []

    def alone(image, seed):
        inside.append(seed)
        sleep(0.001)
        assert len(inside) == 1
        inside.pop()
        return image

    apply = compiled(alone)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: apply(IMAGES, SEEDS), range(8)))


def test_it_goes_on_among_others():
    augment = compose([per_image(lambda image, _: image + 2), per_image(noisy)], image_shape=(4, 3, 1))
    images, _ = augment(IMAGES, tf.ones((5, 2)), SEEDS)
    assert images.shape == (5, 4, 3, 1)
    assert float(tf.reduce_max(images)) <= 1  # brought back into the range in between


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda image, _: image[:2], r"returned an image of shape \(2, 3, 1\); expected \(4, 3, 1\)"),
        (lambda _image, _seed: {}["colour"], "KeyError: 'colour'"),
    ],
)
def test_what_goes_wrong_in_it_is_told_in_a_line(change, said):
    with pytest.raises(PluginError, match=f"^a step of training failed: .*{said}[^\n]*$"), tensorflow_errors():
        compiled(change)(IMAGES, SEEDS)
