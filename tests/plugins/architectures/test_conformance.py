"""Every architecture that ships passes the conformance kit, the pretrained ones with random weights."""

from __future__ import annotations

import pytest

from conforming import insist_on, names

RANDOM = {"weights": "none"}
EXAMPLES = {
    "convnext": RANDOM,
    "densenet": RANDOM,
    "efficientnet": RANDOM,
    "inception": RANDOM,
    "mobilenet": {**RANDOM, "alpha": 0.35},
    "resnet": RANDOM,
    "vgg": RANDOM,
    "wide-resnet": {"width": 1},
    "xception": RANDOM,
}
FROM_A_FILE = "keras-file/keras-file"


@pytest.mark.parametrize("identity", sorted(set(names("architecture")) - {FROM_A_FILE}))
def test_it_conforms(identity):
    insist_on(identity, {name: each for name, each in EXAMPLES.items() if name == identity.partition("/")[0]})


def test_a_network_from_a_file_conforms(tmp_path):
    import keras

    layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(4, 3), keras.layers.GlobalAveragePooling2D()]
    keras.Sequential([*layers, keras.layers.Dense(3)]).save(tmp_path / "mine.keras")
    insist_on(FROM_A_FILE, {"keras-file": {"path": tmp_path / "mine.keras"}})
