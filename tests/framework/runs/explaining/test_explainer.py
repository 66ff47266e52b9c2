"""`Run.explain`: heat maps of images that anybody brings."""

from __future__ import annotations

import json
import shutil

import keras
import numpy as np
import pytest

from sightkit import ConfigError, DataError, Run
from sightkit.images.decoding.decode import decode
from sightkit.images.decoding.form import Form
from sightkit.training.state.variables import weights_digest

FORM = Form(size=(12, 16), channels=3, interpolation="bicubic")


def test_paths_folders_and_arrays_are_explained_as_the_network_sees_them(finished, pictures):
    path = pictures / "dark" / "001.png"
    heat = finished.explain(path)
    assert heat.shape == (1, 12, 16)
    assert heat.dtype == np.float32
    pixels = decode(path, FORM)
    np.testing.assert_array_equal(finished.explain([pixels, path]), heat[[0, 0]])
    assert finished.explain(pictures / "dark").shape == (50, 12, 16)
    assert finished.explain([]).shape == (0, 12, 16)


def test_classes_are_asked_for_by_name(finished, pictures):
    paths = [pictures / "dark" / "001.png", pictures / "bright" / "003.png"]
    each = finished.explain(paths, classes=["bright", "dark"])
    np.testing.assert_array_equal(each[0], finished.explain(paths, classes="bright")[0])
    np.testing.assert_array_equal(each[1], finished.explain(paths, classes="dark")[1])
    with pytest.raises(ConfigError, match=r'"brite": no such class; did you mean "bright"\?'):
        finished.explain(paths, classes="brite")
    with pytest.raises(ConfigError, match="one for each of the 2 images, or one for all; found 1"):
        finished.explain(paths, classes=["dark"])


def test_a_layer_is_asked_for_by_name(finished, pictures):
    with pytest.raises(ConfigError, match=r'layer "re_lu9": .*did you mean "re_lu'):
        finished.explain(pictures / "dark" / "001.png", layer="re_lu9")


def test_an_image_that_cannot_be_used_is_an_error_that_names_it(finished, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"broken\.png: expected an image"):
        finished.explain(path)


def test_a_network_without_convolutions_says_so(finished, pictures, tmp_path):
    copy = tmp_path / "dense"
    shutil.copytree(finished.path, copy)
    layers = [keras.layers.Flatten(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((12, 16, 3)), *layers])
    model.save(copy / "model" / "model.keras")
    about = {**finished.manifest, "model": {"weights_sha256": weights_digest(model)}}
    (copy / "manifest.json").write_text(json.dumps(about))
    with pytest.raises(ConfigError, match="the model has no feature maps"):
        Run(copy).explain(pictures / "dark" / "001.png")
