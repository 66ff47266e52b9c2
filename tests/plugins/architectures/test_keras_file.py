"""Networks from .keras files."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from networks import build, mobilenet, randomise, same_weights
from sightkit import ArtefactError, BuildError
from sightkit.training.networks.network import assemble

IMAGES = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)


def saved(path, *, end="softmax", classes=4, size=(32, 32, 3), pool="average"):
    """Save a classifier as somebody's code would have made it."""
    import keras
    from keras import layers

    images = keras.Input(size, name="photo")
    maps = layers.Conv2D(5, 3, strides=2, activation="relu", name="first")(images)
    maps = layers.Conv2D(6, 3, name="second")(maps)
    pooled = layers.Flatten()(maps) if pool == "flatten" else layers.GlobalAveragePooling2D()(maps)
    logits = layers.Dense(classes, activation=end if end in {"softmax", "sigmoid"} else None, name="classes")(pooled)
    model = keras.Model(images, layers.Softmax()(logits) if end == "Softmax" else logits, name="theirs")
    randomise(model)
    model.save(path)
    return model


@pytest.mark.parametrize("pool", ["average", "flatten"])
def test_a_new_head_takes_the_place_of_what_follows_the_feature_maps(pool, tmp_path):
    import keras

    theirs = saved(tmp_path / "x.keras", classes=9, pool=pool)
    network = build("keras-file", path=tmp_path / "x.keras")
    expected = keras.Model(theirs.inputs[0], theirs.get_layer("second").output)(IMAGES)
    np.testing.assert_array_equal(network.backbone(IMAGES), expected)
    assert [layer.name for layer in network.backbone.layers] == ["photo", "first", "second"]
    assert assemble(network, image_shape=(32, 32, 3), num_classes=4).model(IMAGES).shape == (2, 4)


@pytest.mark.parametrize("end", ["softmax", "Softmax", "logits"])
def test_a_kept_head_gives_the_logits_of_the_file(end, tmp_path):
    import keras

    theirs = saved(tmp_path / "x.keras", end=end)
    network = build("keras-file", path=tmp_path / "x.keras", head="keep")
    logits = assemble(network, image_shape=(32, 32, 3), num_classes=4).model(IMAGES)
    expected = theirs(IMAGES)
    np.testing.assert_allclose(logits if end == "logits" else keras.ops.softmax(logits), expected, rtol=1e-5)


def test_a_model_that_sightkit_saved_comes_back_in_its_three_parts(tmp_path):
    parts = mobilenet()
    randomise(parts.backbone)
    model = assemble(parts, image_shape=(32, 32, 3), num_classes=4).model
    model.save(tmp_path / "model.keras")
    kept = build("keras-file", path=tmp_path / "model.keras", head="keep")
    again = assemble(kept, image_shape=(32, 32, 3), num_classes=4).model
    np.testing.assert_array_equal(again(IMAGES), model(IMAGES))
    replaced = build("keras-file", path=tmp_path / "model.keras", classes=7)
    assert same_weights(replaced.backbone, parts.backbone)
    assert replaced.head.output_shape == (None, 7)


def test_images_are_brought_to_the_range_of_the_file_and_grey_ones_repeated(tmp_path):
    theirs = saved(tmp_path / "x.keras", end="logits")
    grey = IMAGES[..., :1]
    for values, shape, seen in [(IMAGES, (32, 32, 3), IMAGES), (grey, (32, 32, 1), np.repeat(grey, 3, axis=3))]:
        network = build("keras-file", shape, path=tmp_path / "x.keras", head="keep", input_range=(0.0, 255.0))
        np.testing.assert_allclose(network(values), theirs(255 * seen), rtol=1e-5)


def test_a_classifier_of_keras_applications_loses_its_head(tmp_path):
    from keras import applications

    theirs = applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3), classes=9)
    theirs.save(tmp_path / "x.keras")
    backbone = build("keras-file", path=tmp_path / "x.keras", input_range=(0.0, 255.0)).backbone
    assert backbone.output_shape == (None, 1, 1, 576)


@pytest.mark.parametrize(
    ("file", "params", "shape", "said"),
    [
        ({"classes": 9}, {"head": "keep"}, (32, 32, 3), r'the 4 classes of the dataset, .*9.*; set .*head = "replace"'),
        ({"end": "sigmoid"}, {"head": "keep"}, (32, 32, 3), r'found a sigmoid; set head = "replace"'),
        ({}, {}, (28, 28, 3), r"it takes images of 32 x 32 x 3, found 28 x 28 x 3; set \[images\] size"),
        ({"size": (32, 32, 1)}, {}, (32, 32, 3), r"it takes images of 32 x 32 x 1, found 32 x 32 x 3"),
    ],
)
def test_a_network_that_does_not_fit_the_task_is_refused(file, params, shape, said, tmp_path):
    saved(tmp_path / "x.keras", **file)
    with pytest.raises(BuildError, match=said):
        build("keras-file", shape, path=tmp_path / "x.keras", **params)


def test_a_model_without_feature_maps_is_refused(tmp_path):
    import keras

    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Reshape((3072,)), keras.layers.Dense(3)]).save(
        tmp_path / "flat.keras"
    )
    network = build("keras-file", path=tmp_path / "flat.keras")
    assert network.backbone.output_shape == (None, 32, 32, 3)
    keras.Sequential([keras.Input((9,)), keras.layers.Dense(3)]).save(tmp_path / "x.keras")
    with pytest.raises(BuildError, match="expected a layer from feature maps"):
        build("keras-file", path=tmp_path / "x.keras")


def test_a_lambda_is_refused_before_its_code_is_run(tmp_path):
    import keras

    ran = tmp_path / "ran"
    image = keras.Input((32, 32, 3))
    model = keras.Model(image, keras.layers.Lambda(lambda x: x * 2, name="twice")(image))
    model.save(tmp_path / "x.keras")
    with pytest.raises(ArtefactError, match=r'layer "twice" is a Lambda, whose Python code would be run'):
        build("keras-file", path=tmp_path / "x.keras")
    assert not ran.exists()


def test_a_layer_that_keras_does_not_have_is_refused_by_name(tmp_path):
    saved(tmp_path / "x.keras")
    rewrite(
        tmp_path / "x.keras",
        lambda text: text.replace(
            '"module": "keras.layers", "class_name": "Dense"', '"module": "os", "class_name": "system"'
        ),
    )
    with pytest.raises(ArtefactError, match=r'"classes" is a system, which Keras does not have'):
        build("keras-file", path=tmp_path / "x.keras")


def rewrite(path, change):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = json.dumps(json.loads(members["config.json"]))
    members["config.json"] = change(text).encode()
    assert members["config.json"] != text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    theirs = saved(tmp_path / "x.keras")
    theirs.get_layer("second").bias.assign([0, 0, np.nan, 0, 0, 0])
    theirs.save(tmp_path / "x.keras")
    with pytest.raises(ArtefactError, match=r'layer "second": expected finite numbers in bias'):
        build("keras-file", path=tmp_path / "x.keras")


@pytest.mark.parametrize("spoil", [lambda whole: whole[:-500], lambda whole: b"PK" + whole[2:300], lambda whole: b""])
def test_a_damaged_file_is_refused_by_name(spoil, tmp_path):
    saved(tmp_path / "x.keras")
    (tmp_path / "x.keras").write_bytes(spoil((tmp_path / "x.keras").read_bytes()))
    with pytest.raises(ArtefactError, match=rf"^{tmp_path / 'x.keras'}: expected a file of weights"):
        build("keras-file", path=tmp_path / "x.keras")


def test_a_file_that_is_not_there_is_refused_by_its_path(tmp_path):
    with pytest.raises(BuildError, match=rf'architecture.path = "{tmp_path}/nothing.keras": expected a .keras file'):
        build("keras-file", path=tmp_path / "nothing.keras")
