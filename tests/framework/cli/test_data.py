"""``sightkit data`` as a person or a script uses it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command import Command
from photographs import changed, photographs

pytestmark = pytest.mark.warm


def write_pets(folder: Path, count: int = 20) -> None:
    """Two classes of photographs, with an experiment beside them."""
    for index, pixels in enumerate(photographs(count, 40)):
        part = folder / "pets" / ("cat" if index % 2 else "dog")
        part.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(part / f"{index}.png")
    (folder / "pets.toml").write_text('[dataset]\nuse = "image-folder"\npath = "pets"\n[images]\nsize = [40, 40]\n')


def test_counts_sizes_and_files_are_told(sightkit: Command, work: Path):
    write_pets(work)
    done = sightkit("data", "pets.toml")
    assert done.code == 0, done.err
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[:4] == ["class train validation test all", "cat 8 1 1 10", "dog 8 1 1 10", "all 2 16 2 2 20"]
    assert "found 40 x 40 pixels, all images" in lines
    assert "prepared 40 x 40 pixels, RGB" in lines
    assert "picture pets-data/samples.png" in lines
    document = json.loads((work / "pets-data" / "data.json").read_text())
    assert document["images_per_class"]["train"] == [8, 8]
    with Image.open(work / "pets-data" / "samples.png") as sheet:
        assert sheet.width > 500


def test_a_script_gets_the_document_and_says_where_files_go(sightkit: Command, work: Path):
    write_pets(work)
    done = sightkit("data", "pets.toml", "--json", "--output", "out")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert document.pop("folder") == str(work / "out")
    assert document == json.loads((work / "out" / "data.json").read_text())


def test_many_classes_show_the_largest_and_the_smallest(sightkit: Command, work: Path):
    generator = np.random.default_rng(0)
    for index in range(50):
        folder = work / "pets" / f"class {index:02d}"
        folder.mkdir(parents=True)
        for number in range(4 if index == 49 else 3):
            Image.fromarray(generator.integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    (work / "pets.toml").write_text('[dataset]\nuse = "image-folder"\npath = "pets"\n')
    lines = sightkit("data", "pets.toml").out.splitlines()
    assert lines[1].startswith("class 49")
    assert lines[20:23] == [lines[20], "... 10 more classes", lines[22]]
    assert lines[42].startswith("all 50")


def test_findings_stand_in_a_table(sightkit: Command, work: Path):
    write_pets(work)
    for split in ("train", "test"):
        (work / "own" / split).parent.mkdir(exist_ok=True)
    for index, pixels in enumerate(photographs(20, 40)):
        for split, some in (("train", pixels), *([("test", changed(pixels, "darkened"))] if index < 2 else [])):
            folder = work / "own" / split / ("cat" if index % 2 else "dog")
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(some).save(folder / f"{index}.png")
    (work / "own.toml").write_text('[dataset]\nuse = "image-folder"\npath = "own"\n[images]\nsize = [40, 40]\n')
    done = sightkit("data", "own.toml")
    assert done.code == 0, done.err
    assert "2 images look almost the same as one of another split" in done.out
    assert "nothing odd was found" not in done.out


def test_refused_images_are_all_named(sightkit: Command, work: Path):
    write_pets(work)
    for name in ("0.png", "2.png"):
        (work / "pets" / "dog" / name).write_text("text")
    done = sightkit("data", "pets.toml")
    assert done.code == 3
    assert "2 of 20 images cannot be used" in done.err
    assert "0.png" in done.err
    assert "2.png" in done.err
    (finding,) = json.loads((work / "pets-data" / "data.json").read_text())["findings"]
    assert (finding["kind"], finding["refused"]) == ("bad-image", True)
    assert [case["images"] for case in finding["cases"]] == [["dog/0.png"], ["dog/2.png"]]
