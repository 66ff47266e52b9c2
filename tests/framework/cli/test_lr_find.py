"""``sightkit lr-find`` as a person or a script uses it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from command import Command

pytestmark = pytest.mark.warm


SHORT = ("digits", "--steps", "60")


def test_a_learning_rate_is_suggested_as_an_override(sightkit: Command, work: Path):
    done = sightkit("lr-find", *SHORT)
    assert done.code == 0, done.err
    assert done.err == ""
    found = re.fullmatch(
        r"suggested learning rate (\S+) \(the experiment has 2e-3\): -s (optimizer\.learning_rate=\1)\n"
        r"picture    digits-lr-find\.png\n",
        done.out,
    )
    assert found, done.out
    assert sightkit("check", "digits", "-s", found[2]).code == 0
    with Image.open(work / "digits-lr-find.png") as picture:
        assert picture.width > 800
    assert not (work / "runs").exists()


def test_a_script_gets_the_whole_curve(sightkit: Command, work: Path):
    done = sightkit("lr-find", *SHORT, "--low", "1e-9", "--high", "1e-7", "--json", "--output", "curve.png")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["suggestion"] is None
    assert (found["key"], found["learning_rate"], found["diverged"]) == ("optimizer.learning_rate", 0.002, False)
    assert found["picture"] == str(work / "curve.png")
    assert Path(found["picture"]).is_file()
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) == 60


def test_arguments_are_refused_before_images_are_read(sightkit: Command, work: Path):
    (work / "owls.toml").write_text('[dataset]\nuse = "image-folder"\npath = "nowhere"\n')
    done = sightkit("lr-find", "owls.toml", "--low", "1", "--high", "0.1")
    assert done.code == 2
    assert "low, high: expected two learning rates, 0 < low < high, found 1 and 0.1" in done.err


def test_a_picture_that_has_no_place_is_refused_before_anything_is_trained(sightkit):
    for output in (".", "nowhere/rates.png"):
        outcome = sightkit("lr-find", "digits", "--output", output)
        assert outcome.code == 2
        assert f"--output {output}: expected a file in a folder that exists, such as rates.png" in outcome.err
