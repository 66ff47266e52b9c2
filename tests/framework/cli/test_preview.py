"""``sightkit preview`` as a person or a script uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from command import Command

pytestmark = pytest.mark.warm


def test_a_sheet_of_augmented_images_is_drawn(sightkit: Command, work: Path):
    (work / "small.toml").write_text('[dataset]\nuse = "digits"\n[[augmentations]]\nuse = "mixup"\n')
    done = sightkit("preview", "small.toml", "--json", "--output", "seen.png")
    assert done.code == 0, done.err
    assert done.err == ""
    assert json.loads(done.out) == {"picture": str(work / "seen.png"), "augmentations": ["mixup"]}
    with Image.open(work / "seen.png") as sheet:
        assert sheet.width > 1000


def test_without_augmentations_it_says_so(sightkit: Command, work: Path):
    done = sightkit("preview", "digits")
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        "no augmentations: training sees the images as they are prepared",
        "picture    digits-preview.png",
    ]
    assert (work / "digits-preview.png").is_file()


def test_a_file_that_cannot_be_written_is_an_error_of_storage(sightkit: Command):
    done = sightkit("preview", "digits", "--output", "nowhere/seen.png")
    assert done.code == 5
    assert "nowhere/seen.png: cannot be written" in done.err
