"""``sightkit explain``."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from sightkit.runs.explaining.explainer import Explainer

pytestmark = pytest.mark.warm


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
    first = Explainer(finished).layers[0]
    words = ["--layers", first.name, "--class", "bright", "--json"]
    done = json.loads(sightkit("explain", finished.path, pictures / "dark" / "001.png", *words).out)
    assert done["layers"][0] == {"layer": first.name, "shape": [12, 16, 4], "drawn": True}
    assert sum(layer["drawn"] for layer in done["layers"]) == 1
    assert [each["class"] for each in done["images"][0]["classes"]] == ["bright"]
    assert Path(done["images"][0]["heat_maps"]).name == "001-heat.png"


def test_the_layer_of_the_heat_maps_is_chosen_by_name(sightkit, work, finished, pictures):
    path = pictures / "dark" / "001.png"
    first, *_ = Explainer(finished).layers
    done = sightkit("explain", finished.path, path, "--heat-layer", first.name, "-o", "chosen", "--json")
    assert json.loads(done.out)["heat_layer"] == first.name
    by_default = sightkit("explain", finished.path, path, "-o", "default")
    assert f"heat     {first.name}\n" not in by_default.out
    assert (work / "chosen/001-heat.png").read_bytes() != (work / "default/001-heat.png").read_bytes()
    assert (work / "chosen/001-maps.png").read_bytes() == (work / "default/001-maps.png").read_bytes()


def test_an_unknown_layer_suggests_the_nearest_before_anything_is_drawn(sightkit, work, finished, pictures):
    done = sightkit("explain", finished.path, pictures / "dark", "--heat-layer", "re_lu_99")
    assert done.code == 2
    assert re.search(r'error: layer "re_lu_99": .*; did you mean "re_lu', done.err)
    assert not list(work.iterdir())


def test_an_unknown_class_suggests_the_nearest(sightkit, finished, pictures):
    done = sightkit("explain", finished.path, pictures / "dark" / "001.png", "--class", "darc")
    assert done.code == 2
    assert 'error: "darc": no such class; did you mean "dark"?' in done.err
