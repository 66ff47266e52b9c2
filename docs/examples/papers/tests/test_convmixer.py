"""What ConvMixer promises."""

import math

import pytest
from sightkit_papers.convmixer import ConvMixerParams, build_convmixer

from sightkit import ArchitectureTask, BuildError


def task(height, width, classes=10):
    shape, mean, std = (height, width, 3), (0.5,) * 3, (0.25,) * 3
    return ArchitectureTask(image_shape=shape, num_classes=classes, channel_mean=mean, channel_std=std)


def test_the_imagenet_network_is_as_large_as_in_the_paper():
    params = ConvMixerParams(width=768, depth=32, kernel_size=7, patch_size=7)
    network = build_convmixer(params, task(224, 224, classes=1000))
    assert network.backbone.output_shape == (None, 32, 32, 768)
    weights = [*network.backbone.trainable_variables, *network.head.trainable_variables]
    assert sum(math.prod(weight.shape) for weight in weights) == pytest.approx(21.1e6, abs=0.05e6)


def test_an_image_smaller_than_a_patch_is_refused_with_what_would_fit():
    with pytest.raises(BuildError, match="expected at most 5, since images are 8x5 pixels; found 7"):
        build_convmixer(ConvMixerParams(patch_size=7), task(8, 5))
