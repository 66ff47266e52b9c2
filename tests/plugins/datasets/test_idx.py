"""idx: folders in the format of MNIST, whole and broken in every way that was thought of."""

from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from sightkit import DataError, DatasetTask
from sightkit_plugins.datasets.idx import IdxParams, build_idx

RNG = np.random.default_rng(0)
TRAIN = RNG.integers(0, 256, (6, 4, 3), dtype=np.uint8), np.array([0, 1, 2, 0, 1, 2], np.uint8)
TEST = RNG.integers(0, 256, (3, 4, 3), dtype=np.uint8), np.array([2, 1, 0], np.uint8)


def idx_bytes(array, *, dtype=0x08, shape=None):
    shape = array.shape if shape is None else shape
    return struct.pack(f">HBB{len(shape)}I", 0, dtype, len(shape), *shape) + array.tobytes()


def gzipped(content):
    """Return the same bytes at any time: they are in the names of tests, which processes must agree on."""
    return gzip.compress(content, mtime=0)


def write_pair(folder, prefix, pair, *, zipped=False):
    for kind, array in zip(("images-idx3", "labels-idx1"), pair, strict=True):
        content = idx_bytes(array)
        name = f"{prefix}-{kind}-ubyte"
        (folder / (f"{name}.gz" if zipped else name)).write_bytes(gzipped(content) if zipped else content)


def build(folder, **params):
    return build_idx(IdxParams(path=folder, **params), DatasetTask())


def refusal(folder, **params):
    with pytest.raises(DataError) as caught:
        build(folder, **params)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    write_pair(tmp_path, "train", TRAIN)
    write_pair(tmp_path, "t10k", TEST)
    return tmp_path


@pytest.mark.parametrize("zipped", [False, True])
def test_training_and_test_files_become_one_dataset_with_its_splits(tmp_path, zipped):
    write_pair(tmp_path, "train", TRAIN, zipped=zipped)
    write_pair(tmp_path, "t10k", TEST, zipped=zipped)
    source = build(tmp_path)
    assert source.classes == ("0", "1", "2")
    assert source.image_shape == (4, 3, 1)
    assert source.samples.labels.tolist() == [0, 1, 2, 0, 1, 2, 2, 1, 0]
    assert source.samples.splits == ("train",) * 6 + ("test",) * 3
    assert source.samples.ids[5:7] == ("train/00005", "t10k/00000")
    np.testing.assert_array_equal(np.stack([source.read(row) for row in range(9)]), np.concatenate([TRAIN[0], TEST[0]]))


def test_training_files_alone_are_a_dataset(tmp_path):
    write_pair(tmp_path, "train", TRAIN)
    assert build(tmp_path).samples.splits == ("train",) * 6


def test_the_files_are_those_that_were_read(folder):
    (folder / "notes.txt").touch()
    assert set(build(folder).files) == set(folder.glob("*-ubyte"))


def test_zipped_or_not_the_fingerprint_is_the_same(tmp_path):
    for name, zipped in (("plain", False), ("zipped", True)):
        (tmp_path / name).mkdir()
        write_pair(tmp_path / name, "train", TRAIN, zipped=zipped)
    assert build(tmp_path / "plain").fingerprint() == build(tmp_path / "zipped").fingerprint()


def test_class_names_are_those_of_labels_from_zero_on(folder):
    assert build(folder, classes=("shirt", "shoe", "bag")).classes == ("shirt", "shoe", "bag")


def test_labels_that_begin_at_one_are_classes_of_their_own_name(tmp_path):
    write_pair(tmp_path, "train", (TRAIN[0], TRAIN[1] + 1))
    source = build(tmp_path)
    assert source.classes == ("1", "2", "3")
    assert source.samples.labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_too_few_class_names_are_refused(folder):
    message = refusal(folder, classes=("shirt", "shoe"))
    assert "classes has 2 names, for labels 0 to 1, but train-labels-idx1-ubyte holds label 2" in message


@pytest.mark.parametrize("make", [Path.exists, Path.touch])
def test_a_path_that_is_no_folder_is_refused_with_where_to_get_the_files(tmp_path, make):
    path = tmp_path / "fashion"
    make(path)
    message = refusal(path)
    assert f"{path}: expected a folder of IDX files" in message
    assert "dataset-fashion-mnist" in message
    assert "/usr/share/datasets/fashion-mnist" in message


def test_a_folder_without_the_files_says_which_it_looked_for_and_what_is_there(tmp_path):
    (tmp_path / "mnist.csv").touch()
    message = refusal(tmp_path)
    assert "train-images-idx3-ubyte and train-labels-idx1-ubyte, each with or without .gz, found mnist.csv" in message


@pytest.mark.parametrize("name", ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"])
def test_half_a_pair_is_refused(folder, name):
    (folder / name).unlink()
    assert f"expected {name} or {name}.gz beside" in refusal(folder)


def test_a_fifo_in_place_of_a_file_is_not_waited_for(folder):
    (folder / "t10k-images-idx3-ubyte").unlink()
    os.mkfifo(folder / "t10k-images-idx3-ubyte")
    assert "expected t10k-images-idx3-ubyte" in refusal(folder)


def test_images_and_labels_of_different_length_are_refused(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(idx_bytes(TRAIN[1][:5]))
    message = refusal(folder)
    assert str(folder / "train-labels-idx1-ubyte") in message
    assert "expected a label for each of the 6 images in train-images-idx3-ubyte, found 5 labels" in message


def test_training_and_test_images_of_different_size_are_refused(folder):
    write_pair(folder, "t10k", (TEST[0][:, :3], TEST[1]))
    assert "expected images of one size, found 4 x 3 in train and 3 x 3 in t10k" in refusal(folder)


HUGE = (2**31, 28, 28)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "found a file that starts with b''"),
        (b"<!DOCTYPE html>", "(magic 0x00000803), found a file that starts with b'<!DO'"),
        (idx_bytes(TRAIN[0], dtype=0x0D), "(type 0x08), found type 0x0d (floats)"),
        (idx_bytes(TRAIN[0], dtype=0x77), "found type 0x77 (no type that IDX knows)"),
        (idx_bytes(TRAIN[1]), "in 3 dimensions, found 1; are the files of images and labels mixed up?"),
        (idx_bytes(TRAIN[0])[:9], "ends within its header"),
        (idx_bytes(TRAIN[0])[:-1], "expected 72 bytes after the header (6 x 4 x 3), found 71"),
        (idx_bytes(TRAIN[0]) + b"\0", "expected 72 bytes after the header (6 x 4 x 3), found more"),
        (idx_bytes(TRAIN[0], shape=HUGE), "(2,147,483,648 x 28 x 28), which a file of this size cannot hold"),
        (gzipped(idx_bytes(TRAIN[0], shape=HUGE)), "which a file of this size cannot hold"),
        (gzipped(idx_bytes(TRAIN[0], shape=(100, 4, 3))), "expected 1,200 bytes after the header"),
        (gzipped(idx_bytes(TRAIN[0]))[:-20], "expected a whole gzip file, found it damaged or cut short"),
        (gzipped(idx_bytes(TRAIN[0]))[:-5] + b"12345", "expected a whole gzip file"),
        (b"\x1f\x8b\x08" + bytes(40), "expected a whole gzip file"),
        (idx_bytes(TRAIN[0][:, :, :0]), "expected images of at least one pixel, found 4 x 0"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_damaged_file_is_refused_with_what_is_wrong_with_it(tmp_path, content, found, suffix):
    write_pair(tmp_path, "train", TRAIN)
    (tmp_path / "train-images-idx3-ubyte").unlink()
    path = tmp_path / f"train-images-idx3-ubyte{suffix}"
    path.write_bytes(content)
    message = refusal(tmp_path)
    assert str(tmp_path) in message
    assert found in message
