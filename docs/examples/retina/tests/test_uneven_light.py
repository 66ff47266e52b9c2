"""What uneven light promises."""

import numpy as np
import tensorflow as tf
from sightkit_retina.uneven_light import UnevenLightParams, build_uneven_light

from sightkit import AugmentationTask


def test_light_falls_off_evenly_towards_one_side_and_by_no_more_than_was_asked_for():
    seeds = tf.reshape(tf.range(400), (200, 2))
    light = build_uneven_light(UnevenLightParams(most=0.5), AugmentationTask(image_shape=(9, 15, 3), num_classes=5))
    made = light.apply(tf.ones((200, 9, 15, 3)), seeds).numpy()
    assert 0.5 <= made.min() < 0.55
    assert made.max() <= 1
    np.testing.assert_allclose(np.diff(made, n=2, axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(np.diff(made, n=2, axis=2), 0, atol=1e-6)
    darker_to_the_right = np.mean(made[:, 4, 14, 0] < made[:, 4, 0, 0])
    assert 0.35 < darker_to_the_right < 0.65
