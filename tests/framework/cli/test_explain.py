"""``sightkit explain``."""

from __future__ import annotations

import json
import shutil

import pytest
from PIL import Image



def test_pictures_are_written_and_told(sightkit, work, finished, pictures):
    (work / "photos").mkdir()
    for folder, name in (("dark", "001.png"), ("bright", "003.png")):
        shutil.copy(pictures / folder / name, work / "photos")
    (work / "photos" / "bad.png").write_bytes(b"no picture")
    named = work / "001.png"
    shutil.copy(pictures / "dim" / "002.png", named)
    done = sightkit("explain", finished.path, "photos", named, "--top", "2", "--output", "seen")
    assert done.code == 3
    assert "warning: photos/bad.png: expected an image" in done.err
    assert "1 of 4 images could not be used" in done.err
    rows = [line.split() for line in done.out.splitlines()[1:4]]
    assert [row[0] for row in rows] == ["photos/001.png", "photos/003.png", str(named)]
    assert [row[-2:] for row in rows] == [
        ["001-heat.png", "001-maps.png"],
        ["003-heat.png", "003-maps.png"],
        ["001-2-heat.png", "001-2-maps.png"],
    ]
    assert "filters  seen/filters.png" in done.out
    written = sorted((work / "seen").iterdir())
    assert len(written) == 7
    for path in written:
        with Image.open(path) as picture:
            assert picture.width > 300


def test_layers_and_a_class_are_chosen_by_name(sightkit, finished, pictures):
    image = pictures / "dark" / "001.png"
    listed = json.loads(sightkit("explain", finished.path, "--json").out)
    assert listed["images"] == []
    name = listed["layers"][0]["layer"]
    assert listed["layers"][0]["shape"] == [12, 16, 4]
    words = ["--layers", name, "--class", "bright", "--json"]
    done = json.loads(sightkit("explain", finished.path, image, *words).out)
    assert [layer["layer"] for layer in done["layers"] if layer["drawn"]] == [name]
    assert [each["class"] for each in done["images"][0]["classes"]] == ["bright"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--layers", "conv2d_99"], 'layer "conv2d_99": no layer of this name makes feature maps; did you mean "conv2d'),
        (["--class", "darc"], '"darc": no such class; did you mean "dark"?'),
    ],
)
def test_a_wrong_name_suggests_the_nearest(sightkit, finished, pictures, words, message):
    done = sightkit("explain", finished.path, pictures / "dark" / "001.png", *words)
    assert done.code == 2
    assert message in done.err


def test_a_network_without_convolutions_says_so(sightkit, finished, pictures, tmp_path):
    import keras

    copy = tmp_path / "dense"
    shutil.copytree(finished.path, copy)
    layers = [keras.layers.Flatten(), keras.layers.Dense(3)]
    keras.Sequential([keras.Input((12, 16, 3)), *layers]).save(copy / "model" / "model.keras")
    done = sightkit("explain", copy, pictures / "dark" / "001.png")
    assert done.code == 2
    assert "error: the model has no feature maps" in done.err
