"""The architectures that ship pass the conformance kit, the pretrained ones with random weights.

Those that take longest are left to be checked by hand: they go through the same code as the other pretrained ones.
``sightkit plugins check densenet --example densenet.weights=none``, and likewise for the others.
"""

from __future__ import annotations

import pytest

from conforming import insist_on, names

RANDOM = {"weights": "none"}
BY_HAND = {"convnext/convnext", "densenet/densenet", "inception/inception", "xception/xception"}
EXAMPLES = {
    "efficientnet": RANDOM,
    "mobilenet": {**RANDOM, "alpha": 0.35},
    "resnet": RANDOM,
    "vgg": RANDOM,
    "wide-resnet": {"width": 1},
}
FROM_A_FILE = "keras-file/keras-file"


@pytest.mark.parametrize("identity", sorted(set(names("architecture")) - {FROM_A_FILE} - BY_HAND))
def test_it_conforms(identity):
    insist_on(identity, {name: each for name, each in EXAMPLES.items() if name == identity.partition("/")[0]})


def test_a_network_from_a_file_conforms(tmp_path):
    import keras

    layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(4, 3), keras.layers.GlobalAveragePooling2D()]
    keras.Sequential([*layers, keras.layers.Dense(3)]).save(tmp_path / "mine.keras")
    insist_on(FROM_A_FILE, {"keras-file": {"path": tmp_path / "mine.keras"}})
