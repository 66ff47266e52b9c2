"""``sightkit prepare`` and ``sightkit cache`` as a person or a script uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command import Command, heed_ctrl_c

pytestmark = pytest.mark.warm

EXPERIMENT = '[dataset]\nuse = "image-folder"\npath = "pets"\n[images]\nsize = [8, 8]\n'
SLOW = """
import time
from pathlib import Path
import numpy as np
from sightkit import Dataset, ImageSource, Params, Samples, hookimpl


class Slow(ImageSource):
    classes = ("cat", "dog")
    image_shape = (4, 4, 1)
    samples = Samples(ids=[str(row) for row in range(200)], labels=np.arange(200) % 2)

    def read(self, index):
        time.sleep(0.02)
        Path("reads").open("a").write(f"{index}\\n")
        return np.full((4, 4), index, np.uint8)

    def fingerprint(self):
        return "slow"

@hookimpl
def sightkit_datasets():
    return [Dataset(name="slow", summary="Takes its time.", params=Params, build=lambda params, task: Slow())]
"""


@pytest.fixture
def pets(work: Path) -> Path:
    """An experiment on a folder of forty images."""
    generator = np.random.default_rng(0)
    for name in ("cat", "dog"):
        folder = work / "pets" / name
        folder.mkdir(parents=True)
        for index in range(20):
            Image.fromarray(generator.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(folder / f"{index}.png")
    (work / "pets.toml").write_text(EXPERIMENT)
    return work / "pets"


def test_prepare_tells_what_there_is_and_where_it_is_kept(sightkit: Command, pets: Path, home: Path):
    done = sightkit("prepare", "pets.toml")
    assert done.code == 0, done.err
    assert done.out.splitlines()[:3] == [
        "images   32 train, 4 validation, 4 test",
        "classes  2",
        "form     8 x 8 pixels, RGB, 7.7 kB",
    ]
    assert f"store    {home}/cache/sightkit/" in done.out


def test_a_run_uses_what_was_prepared(sightkit: Command, pets: Path, work: Path):
    prepared = json.loads(sightkit("prepare", "pets.toml", "--json", "--cache-dir", "here").out)
    assert Path(prepared["store"]).parent == work / "here"
    assert prepared["images"] == {"train": 32, "validation": 4, "test": 4}
    before = (work / prepared["store"] / "images.npy").stat().st_mtime_ns
    done = sightkit(
        "run", "pets.toml", "--cache-dir", "here", "-s", "training.epochs=1", "-s", "architecture.filters=[4]"
    )
    assert done.code == 0, done.err
    assert (work / prepared["store"] / "images.npy").stat().st_mtime_ns == before
    assert len(list((work / "here").glob("*/images.npy"))) == 1


def test_nothing_is_written_with_cache_none(sightkit: Command, pets: Path, home: Path):
    done = sightkit("prepare", "pets.toml", "-s", "images.cache=none")
    assert done.code == 0, done.err
    assert "store    none: images are decoded when they are needed" in done.out
    assert not (home / "cache").exists()


def test_training_on_images_that_are_not_kept_gives_the_same_weights(sightkit: Command, pets: Path):
    digests = []
    for how in ("disk", "none"):
        words = ["-s", f"images.cache={how}", "-s", "training.epochs=2", "-s", "architecture.filters=[4]"]
        done = sightkit("run", "pets.toml", "--json", *words)
        assert done.code == 0, done.err
        manifest = json.loads((Path(json.loads(done.out)["run"]) / "manifest.json").read_text())
        digests.append(manifest["model"]["weights_sha256"])
    assert digests[0] == digests[1]


def test_bad_images_are_listed_with_exit_code_3(sightkit: Command, pets: Path):
    (pets / "cat" / "3.png").write_bytes(b"<html>")
    (pets / "dog" / "4.png").write_bytes((pets / "dog" / "4.png").read_bytes()[:60])
    done = sightkit("prepare", "pets.toml")
    assert done.code == 3
    assert "2 of 40 images" in done.err
    assert "cat/3.png: expected an image" in done.err
    assert "dog/4.png: damaged image" in done.err


def test_what_is_kept_is_listed_and_removed(sightkit: Command, pets: Path):
    assert "nothing is kept in " in sightkit("cache", "list").out
    first = json.loads(sightkit("prepare", "pets.toml", "--json").out)["store"]
    second = json.loads(sightkit("prepare", "pets.toml", "--json", "-s", "images.size=[4, 4]").out)["store"]
    table = sightkit("cache", "list").out
    assert [line.split()[0] for line in table.splitlines()[1:3]] == [Path(second).name, Path(first).name]
    assert "pets  40 of 4 x 4 x 3" in table

    wrong = sightkit("cache", "clear", "nothing")
    assert wrong.code == 2
    assert "nothing: no such store" in wrong.err
    assert "freed 0.0 kB" in sightkit("cache", "clear", "--unused-for", "1").out
    assert sightkit("cache", "clear", Path(first).name).code == 0
    assert [Path(store["path"]) for store in json.loads(sightkit("cache", "list", "--json").out)["stores"]] == [
        Path(second)
    ]
    assert sightkit("cache", "clear").code == 0
    assert "nothing is kept in " in sightkit("cache", "list").out


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_preparing_goes_on_where_it_was_stopped(sightkit: Command, work: Path, sent: signal.Signals, code: int):
    (work / "slow.py").write_text(SLOW)
    (work / "registry.toml").write_text('api = 1\n[plugins.slow]\npath = "slow.py"\n')
    (work / "slow.toml").write_text('[dataset]\nuse = "slow"\n')
    words = [sys.executable, "-m", "sightkit", "prepare", "slow.toml", "--trust-project"]
    process = subprocess.Popen(
        words, cwd=work, env=dict(os.environ), stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c
    )
    reads = work / "reads"
    deadline = time.monotonic() + 60
    while not reads.exists() or len(reads.read_text().splitlines()) < 100:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    busy = sightkit("cache", "clear")
    process.send_signal(sent)
    _, error = process.communicate(timeout=60)
    assert process.returncode == code, error
    assert "a process is making it; it stays" in busy.err
    assert "not complete" in sightkit("cache", "list").out

    already = len(reads.read_text().splitlines())
    done = sightkit("prepare", "slow.toml", "--trust-project")
    assert done.code == 0, done.err
    assert len(reads.read_text().splitlines()) < already + 200
