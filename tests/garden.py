"""A folder with everything that the commands of the docs name: pictures of flowers, experiments, and runs of them."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image

import sightkit
from networks import build, save_legacy

FLOWERS = {"daisy": (230, 220, 200), "rose": (200, 40, 60), "tulip": (120, 60, 200)}
EXPERIMENT = """
[dataset]
use = "image-folder"
path = "{path}"

[images]
size = [16, 16]

[training]
epochs = 2
"""
FINISHED = ("20260727-101500-3fa9c1", "20260727-114200-b07d44")
UNFINISHED = ("20260726-083000-c41e07", "20260726-173000-08d5f2", "20260728-090000-e19b36")


def plant(folder: Path) -> None:
    """Make the folder: images, then experiments, then runs of these in ``runs``."""
    draw_flowers(folder / "flowers", count=6)
    draw_flowers(folder / "photos-of-2026", count=5)
    draw_flowers(folder / "photos" / "2026-07", count=2)
    draw_flowers(folder / "other garden" / "train", count=3)
    draw_flowers(folder / "other garden" / "test", count=5, first=3)
    draw_flower(folder / "photo.jpg", "rose", 0)
    for name, digit in (("three.png", 3), ("nine.png", 9)):
        Image.fromarray(np.full((8, 8), 20 * digit, np.uint8)).save(folder / name)
    write_idx(folder / "fashion-mnist")
    (folder / "flowers.toml").write_text(EXPERIMENT.format(path="flowers"))
    (folder / "other-garden.toml").write_text(EXPERIMENT.format(path="other garden"))
    (folder / "my_plugin.py").write_text("from sightkit import hookimpl\n")
    train(folder)


def draw_flowers(folder: Path, *, count: int, first: int = 0) -> None:
    """Draw some pictures of each class, in a folder for each."""
    for name in FLOWERS:
        for index in range(first, first + count):
            draw_flower(folder / name / f"{index}.jpg", name, index)


def draw_flower(path: Path, name: str, seed: int) -> None:
    """Draw a picture that is no other's: noise in the colour of its class."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).normal(0, 40, (16, 20, 3))
    Image.fromarray(np.clip(FLOWERS[name] + noise, 0, 255).astype(np.uint8)).save(path)


def write_idx(folder: Path) -> None:
    """Write what looks like Fashion-MNIST, and is very small."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    for split, count in (("train", 60), ("t10k", 20)):
        labels = np.arange(count, dtype=np.uint8) % 10
        images = (labels[:, None, None] * 20 + generator.integers(0, 50, (count, 28, 28))).astype(np.uint8)
        for kind, array in (("labels-idx1", labels), ("images-idx3", images)):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            (folder / f"{split}-{kind}-ubyte.gz").write_bytes(gzip.compress(head + array.tobytes()))


def train(folder: Path) -> None:
    """Train what the pages speak of as runs, those of flowers under the names that they have there."""
    runs = folder / "runs"
    digits = {"dataset": {"use": "digits"}, "training": {"epochs": 1}}
    sightkit.load({"name": "digits", **digits}).run(runs_dir=runs)
    sightkit.load({"name": "medium", **digits, "architecture": {"filters": [16, 32]}}).run(runs_dir=runs)
    flowers = sightkit.load(folder / "flowers.toml")
    for name in FINISHED:
        run = flowers.run(runs_dir=runs)
        run.path.rename(runs / "flowers" / name)
    for name in UNFINISHED:
        for epoch in flowers.epochs(runs_dir=runs):
            path = epoch.run.path
            break
        path.rename(runs / "flowers" / name)


def publish_imagenet_weights(home: Path, *files: str) -> None:
    """Put files under the names that Keras downloads MobileNetV2's weights by; nothing was learned in them.

    Args:
        home: What ``KERAS_HOME`` shall be.
        files: Sizes of images that there are weights for.
    """
    from sightkit_plugins.architectures.mobilenet import name_of_2018

    (home / "models").mkdir(parents=True)
    backbone = build("mobilenet", (96, 96, 3), weights="none").backbone
    for size in files:
        name = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_{size}_no_top.h5"
        save_legacy(home / "models" / name, backbone, rename=name_of_2018)
