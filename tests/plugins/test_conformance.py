"""Everything that ships passes the conformance kit; architectures have a file of their own, they take longer."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conforming import insist_on, names, shipped
from sightkit.testing.conformance import components_of
from sightkit.testing.fresh import heavy_imports, module_of

WITHOUT_EXAMPLE = names("augmentation", "optimizer", "schedule", "loss", "metric", "report", "recipe", "extension")
ELSEWHERE = {"tfds/tfds"}
"""Its data take an import of tensorflow-datasets to make: see datasets/test_tfds.py."""


@pytest.mark.parametrize("identity", WITHOUT_EXAMPLE)
def test_it_conforms(identity):
    insist_on(identity)


def pixels(index: int) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 256, (6, 5, 3), np.uint8)


def png(index: int) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels(index)).save(stream, "png")
    return stream.getvalue()


def folder_of_classes(folder: Path) -> dict[str, object]:
    for index in range(12):
        path = folder / ("test" if index > 8 else "train") / f"{index % 2}" / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(index))
    return {"path": folder}


def table(folder: Path) -> dict[str, object]:
    rows = ["path,label"]
    for index in range(8):
        (folder / f"{index}.png").write_bytes(png(index))
        rows.append(f"{index}.png,{'cat' if index % 2 else 'dog'}")
    (folder / "table.csv").write_text("\n".join(rows))
    return {"path": folder / "table.csv"}


def arrays(folder: Path) -> dict[str, object]:
    images = np.stack([pixels(index) for index in range(8)])
    np.savez(folder / "arrays.npz", images=images, labels=np.arange(8) % 2)
    return {"path": folder / "arrays.npz"}


def idx_files(folder: Path) -> dict[str, object]:
    for number, prefix in enumerate(("train", "t10k")):
        images = np.stack([pixels(10 * number + index)[..., 0] for index in range(6)])
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(
            struct.pack(">HBB3I", 0, 8, 3, *images.shape) + images.tobytes()
        )
        labels = (np.arange(6) % 2).astype(np.uint8)
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, 6) + labels.tobytes())
    return {"path": folder}


def records(folder: Path) -> dict[str, object]:
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(folder / "train.tfrecord")) as writer:
        for index in range(8):
            features = {
                "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[png(index)])),
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[index % 2])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    return {"path": str(folder / "*.tfrecord"), "image": "image", "label": "label"}


DATASETS = {
    "csv": table,
    "digits": lambda _folder: {},
    "idx": idx_files,
    "image-folder": folder_of_classes,
    "npz": arrays,
    "tfrecord": records,
}


def test_every_dataset_that_ships_is_looked_at():
    assert {f"{name}/{name}" for name in DATASETS} | ELSEWHERE == set(names("dataset"))


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_conforms(name, tmp_path):
    insist_on(f"{name}/{name}", {name: DATASETS[name](tmp_path)})


def test_all_modules_are_light():
    modules = [module for found in components_of(shipped()) if (module := module_of(found.component)) is not None]
    assert len(modules) >= 70
    assert not any(heavy_imports(modules).values())
