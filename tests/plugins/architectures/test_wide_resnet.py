"""The Wide ResNet."""

from __future__ import annotations

import numpy as np
import pytest

from networks import build
from sightkit import BuildError


# Zagoruyko & Komodakis 2016, table 4 and section 3, in millions; 16-4 from their repository.
@pytest.mark.parametrize(("depth", "width", "millions"), [(16, 4, 2.7), (22, 8, 17.2), (28, 10, 36.5), (40, 4, 8.9)])
def test_the_number_of_weights_is_that_of_the_paper(depth, width, millions):
    network = build("wide-resnet", classes=10, depth=depth, width=width)
    weights = [*network.backbone.trainable_weights, *network.head.trainable_weights]
    assert sum(np.prod(variable.shape) for variable in weights) / 1e6 == pytest.approx(millions, abs=0.06)


def test_dropout_lies_between_the_convolutions_of_a_block():
    names = [layer.name for layer in build("wide-resnet", width=1, dropout=0.3).backbone.layers]
    between = names[names.index("stage1_block1_1_conv") : names.index("stage1_block1_2_conv")]
    assert "stage1_block1_dropout" in between
    assert "stage1_block1_dropout" not in [layer.name for layer in build("wide-resnet", width=1).backbone.layers]


def test_the_maps_are_a_quarter_of_the_image_and_finite():
    backbone = build("wide-resnet", (20, 32, 1), width=2).backbone
    assert backbone.output_shape == (None, 5, 8, 128)
    assert np.isfinite(backbone(np.random.default_rng(0).random((2, 20, 32, 1), np.float32))).all()


def test_images_below_four_pixels_are_refused():
    with pytest.raises(BuildError, match=r"wide-resnet needs images of at least 4x4 pixels, found 3x32"):
        build("wide-resnet", (3, 32, 1))
