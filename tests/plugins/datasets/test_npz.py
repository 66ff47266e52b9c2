"""npz: arrays as Keras, MedMNIST and people save them, and what is none."""

from __future__ import annotations

import os
import struct
import zipfile
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest

from sightkit import DataError, DatasetTask
from sightkit_plugins.datasets.npz import NpzParams, build_npz

RNG = np.random.default_rng(0)
X_TRAIN, Y_TRAIN = RNG.integers(0, 256, (6, 4, 3), np.uint8), np.array([0, 1, 2, 0, 1, 2], np.uint8)
X_TEST, Y_TEST = RNG.integers(0, 256, (3, 4, 3), np.uint8), np.array([2, 1, 0], np.uint8)
KERAS = {"x_train": X_TRAIN, "y_train": Y_TRAIN, "x_test": X_TEST, "y_test": Y_TEST}


def build(path, **params):
    return build_npz(NpzParams(path=path, **params), DatasetTask())


def save(folder, arrays, *, as_folder=False, compressed=True):
    if as_folder:
        (folder / "arrays").mkdir()
        for name, array in arrays.items():
            np.save(folder / "arrays" / name, array)
        return folder / "arrays"
    (np.savez_compressed if compressed else np.savez)(folder / "arrays.npz", **arrays)
    return folder / "arrays.npz"


def refusal(path, **params):
    with pytest.raises(DataError) as caught:
        build(path, **params)
    assert str(path) in str(caught.value)
    return str(caught.value)


def refused(folder, **arrays):
    return refusal(save(folder, arrays))


@pytest.mark.parametrize("how", [{"compressed": True}, {"compressed": False}, {"as_folder": True}])
def test_arrays_named_as_in_keras_are_a_dataset_with_its_splits(tmp_path, how):
    source = build(save(tmp_path, KERAS, **how))
    assert source.classes == ("0", "1", "2")
    assert source.image_shape == (4, 3, 1)
    assert source.samples.labels.tolist() == [0, 1, 2, 0, 1, 2, 2, 1, 0]
    assert source.samples.splits == ("train",) * 6 + ("test",) * 3
    assert source.samples.ids[5:7] == ("train/00005", "test/00000")
    pixels = np.stack([source.read(row) for row in range(9)])
    np.testing.assert_array_equal(pixels[..., 0], np.concatenate([X_TRAIN, X_TEST]))


@pytest.mark.parametrize("as_folder", [True, False])
def test_the_files_are_those_that_were_read(tmp_path, as_folder):
    path = save(tmp_path, KERAS | {"weights": X_TRAIN}, as_folder=as_folder)
    names = ("x_test", "y_test", "x_train", "y_train")
    assert set(build(path).files) == ({path / f"{name}.npy" for name in names} if as_folder else {path})


def test_archive_and_folder_have_the_same_fingerprint_and_each_pixel_counts(tmp_path):
    folder = save(tmp_path, KERAS, as_folder=True)
    prints = {build(folder).fingerprint(), build(save(tmp_path, KERAS)).fingerprint()}
    assert len(prints) == 1
    for name in ("x_train", "x_test"):
        array = KERAS[name].copy()
        array[-1, -1, -1] ^= 1
        np.save(folder / name, array)
        prints.add(build(folder).fingerprint())
    assert len(prints) == 3


def test_images_in_npy_files_may_be_larger_than_memory(tmp_path):
    for name, count in (("x_train", 2**13), ("x_test", 2**12)):
        with (tmp_path / f"{name}.npy").open("wb") as stream:
            header = {"descr": "|u1", "fortran_order": False, "shape": (count, 1024, 1024, 3)}
            np.lib.format.write_array_header_1_0(stream, header)
            stream.truncate(stream.tell() + count * 3 * 2**20)  # 36 GB, of which the disk keeps nothing
        np.save(tmp_path / f"y_{name[2:]}.npy", np.arange(count) % 2)
    with (tmp_path / "x_test.npy").open("r+b") as stream:
        stream.seek(-3, os.SEEK_END)
        stream.write(b"\1\2\3")
    source = build(tmp_path)
    assert source.read(len(source.samples.ids) - 1)[-1, -1].tolist() == [1, 2, 3]
    assert source.read(2**13).sum() == 0


def test_arrays_in_fortran_order_are_the_same_images(tmp_path):
    path = save(tmp_path, KERAS, as_folder=True)
    before = build(path).fingerprint()
    np.save(path / "x_train.npy", np.asfortranarray(X_TRAIN))
    assert build(path).fingerprint() == before
    np.testing.assert_array_equal(build(path).read(4)[..., 0], X_TRAIN[4])


def test_arrays_named_as_in_medmnist_are_a_dataset(tmp_path):
    arrays = {}
    for word in ("train", "val", "test"):
        arrays |= {f"{word}_images": np.stack([X_TEST] * 3, axis=-1), f"{word}_labels": Y_TEST[:, np.newaxis]}
    source = build(save(tmp_path, arrays))
    assert source.image_shape == (4, 3, 3)
    assert source.samples.splits == ("train",) * 3 + ("validation",) * 3 + ("test",) * 3
    assert source.samples.ids[3] == "val/00000"
    assert source.samples.labels.tolist() == [2, 1, 0] * 3


def test_one_pair_of_arrays_leaves_the_splits_open(tmp_path):
    source = build(save(tmp_path, {"images": X_TRAIN, "labels": Y_TRAIN, "notes": np.array("by Ann")}))
    assert source.samples.splits is None
    assert source.samples.ids[5] == "00005"


def test_other_keys_can_be_said(tmp_path):
    arrays = {"a/valid/pixels": X_TEST, "a/training/pixels": X_TRAIN, "b-valid": Y_TEST, "b-training": Y_TRAIN}
    source = build(save(tmp_path, arrays), keys=("a/*/pixels", "b-*"))
    assert source.samples.splits == ("train",) * 6 + ("validation",) * 3


@pytest.mark.parametrize(
    "labels",
    [
        Y_TRAIN.astype(np.int64)[:, np.newaxis],
        Y_TRAIN.astype(">i2"),
        Y_TRAIN.astype(np.float32),
        np.eye(3)[Y_TRAIN],
        np.eye(3, dtype=bool)[Y_TRAIN],
        np.asfortranarray(np.eye(3, dtype=np.uint8)[Y_TRAIN]),
    ],
)
def test_labels_are_taken_in_every_usual_form(tmp_path, labels):
    source = build(save(tmp_path, {"images": X_TRAIN, "labels": labels}))
    assert source.classes == ("0", "1", "2")
    assert source.samples.labels.tolist() == Y_TRAIN.tolist()


@pytest.mark.parametrize("dtype", [np.str_, np.bytes_])
def test_labels_that_are_names_are_classes(tmp_path, dtype):
    path = save(tmp_path, {"images": X_TRAIN, "labels": np.array(["cat", "dog", "eel"] * 2, dtype=dtype)})
    assert build(path).classes == ("cat", "dog", "eel")
    source = build(path, classes=("eel", "dog", "cat"))
    assert source.classes == ("eel", "dog", "cat")
    assert source.samples.labels.tolist() == [2, 1, 0, 2, 1, 0]
    message = refusal(path, classes=("cat", "dog", "eels"))
    assert "00002: expected one of the 3 classes, found 'eel'; did you mean 'eels'? (2 such images)" in message


def test_classes_are_the_names_of_labels_from_zero_on(tmp_path):
    path = save(tmp_path, KERAS)
    assert build(path, classes=("shirt", "shoe", "bag")).classes == ("shirt", "shoe", "bag")
    message = refusal(path, classes=("shirt", "shoe"))
    assert "train/00002: expected a label from 0 to 1, as classes says, found 2 (3 such images)" in message


def test_whole_numbers_of_any_width_are_pixels_if_they_are_in_range(tmp_path):
    wide = build(save(tmp_path, {"images": X_TRAIN.astype(">i4"), "labels": Y_TRAIN}))
    np.testing.assert_array_equal(wide.read(3)[..., 0], X_TRAIN[3])
    images = X_TRAIN.astype(np.int16)
    images[2, 1, :2] = -1, 300
    message = refused(tmp_path, images=images, labels=Y_TRAIN)
    assert "arrays.npz: images: expected whole numbers from 0 to 255, found -1 to 300" in message


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (X_TRAIN / np.float32(255), "found float32; if they are in [0, 1], save (255 * images).round()"),
        (X_TRAIN > 99, "expected whole numbers from 0 to 255, found bool"),
        (X_TRAIN.astype(str), "expected whole numbers from 0 to 255, found <U3"),
        (X_TRAIN.reshape(6, 12), "found (6, 12)"),
        (np.zeros((6, 3, 8, 8), np.uint8), "found (6, 3, 8, 8); move the channels to the end"),
        (np.zeros((6, 0, 8), np.uint8), "found (6, 0, 8)"),
        (np.array([None] * 6), "found Python objects, which would run code when they are read"),
        (X_TRAIN[:5], "arrays.npz: labels: expected a label for each of the 5 images, found 6"),
    ],
)
def test_arrays_that_are_no_images_are_refused_by_their_key(tmp_path, images, found):
    assert found in refused(tmp_path, images=images, labels=Y_TRAIN)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (Y_TRAIN - 1.5, "labels: expected whole numbers as labels, found -1.5 in row 0"),
        (np.array([0, 1, np.inf, 0, 1, 2]), "found inf in row 2"),
        (Y_TRAIN.astype(int) - 1, "00000: expected a label from 0 on, found -1 (2 such images)"),
        (Y_TRAIN + 1j, "expected labels that are numbers or names, found complex128"),
        (np.array([{}] * 6), "found Python objects"),
        (np.zeros((6, 3)), "expected one 1 among zeros in each row, found [0.0, 0.0, 0.0] in row 0"),
        (np.full((6, 3), 0.5), "expected one 1 among zeros in each row, found [0.5, 0.5, 0.5] in row 0"),
        (np.eye(3)[Y_TRAIN] + [[0.5, 0, 0]] * (Y_TRAIN == 2)[:, np.newaxis], "found [0.5, 0.0, 1.0] in row 2"),
        (np.zeros((6, 3, 3)), "shape (n,) or (n, 1), or one-hot rows, found (6, 3, 3)"),
    ],
)
def test_arrays_that_are_no_labels_are_refused_by_their_key(tmp_path, labels, found):
    assert found in refused(tmp_path, images=X_TRAIN, labels=labels)


def test_one_hot_rows_are_as_long_as_the_classes_given(tmp_path):
    path = save(tmp_path, {"images": X_TRAIN, "labels": np.eye(3)[Y_TRAIN]})
    assert "expected one-hot rows of the 2 classes, found shape (6, 3)" in refusal(path, classes=("a", "b"))


def test_arrays_that_do_not_fit_each_other_are_refused(tmp_path):
    assert "expected images of one size and number of channels, found 4 x 3 x 1 in train, 3 x 3 x 1 in test" in refused(
        tmp_path, **KERAS | {"x_test": X_TEST[:, :3]}
    )
    assert "expected labels of one kind" in refused(tmp_path, **KERAS | {"y_test": np.array(["a", "b", "c"])})


def test_missing_arrays_are_named_with_those_that_are_there(tmp_path):
    assert "expected an array 'y_test', found 'x_test', 'x_train', 'y_train'" in refused(
        tmp_path, **{name: array for name, array in KERAS.items() if name != "y_test"}
    )
    assert "expected an array 'images', found 'labels'" in refused(tmp_path, labels=Y_TRAIN)
    message = refused(tmp_path, arr_0=X_TRAIN, arr_1=Y_TRAIN)
    assert "x_* and y_* or *_images and *_labels or images and labels" in message
    assert message.endswith("found 'arr_0', 'arr_1'; set keys")
    assert "found those of val, valid" in refused(tmp_path, x_val=X_TEST, y_val=Y_TEST, x_valid=X_TEST, y_valid=Y_TEST)


def test_what_is_no_archive_is_refused(tmp_path):
    assert "found nothing there" in refusal(tmp_path / "nope.npz")
    os.mkfifo(tmp_path / "fifo.npz")
    assert "found something else" in refusal(tmp_path / "fifo.npz")
    (tmp_path / "text.npz").write_text("<html>")
    assert "expected a .npz file, found one that is none" in refusal(tmp_path / "text.npz")
    assert "found none" in refusal(tmp_path)


def npy(array, *, claimed=None):
    """Return a .npy file, with another shape in its header if so wanted."""
    stream = BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": array.dtype.str, "fortran_order": False, "shape": claimed or array.shape}
    )
    return stream.getvalue() + array.tobytes()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "damaged or cut short"),
        (b"no array", "damaged or cut short"),
        (npy(X_TRAIN)[:60], "damaged or cut short"),
        (npy(X_TRAIN)[:-1], "its header says 72 bytes, there are 71"),
        (npy(X_TRAIN) + b"\0", "its header says 72 bytes, there are more"),
        (npy(X_TRAIN, claimed=(2**31, 28, 28)), "its header says 1,683,627,180,032 bytes, "),
        (b"\x93NUMPY\x03\0" + struct.pack("<I", 8) + b"{}      ", "version 3.0 of the format"),
    ],
)
@pytest.mark.parametrize("as_folder", [True, False])
def test_a_damaged_array_is_refused_with_its_file_and_key(tmp_path, content, found, as_folder):
    path = tmp_path / "arrays.npz"
    if as_folder:
        path = save(tmp_path, {"labels": Y_TRAIN}, as_folder=True)
        (path / "images.npy").write_bytes(content)
        where = str(path / "images.npy")
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("images.npy", content)
            archive.writestr("labels.npy", npy(Y_TRAIN))
        where = f"{path}: images"
    message = refusal(path)
    assert message.startswith(f"{where}: expected a whole array")
    assert found in message


def test_bytes_changed_anywhere_are_noticed_or_change_nothing(tmp_path):
    path = save(tmp_path, {"images": X_TRAIN, "labels": Y_TRAIN})
    whole, before = path.read_bytes(), build(path).fingerprint()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        with suppress(DataError):
            assert build(path).fingerprint() == before
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        refusal(path)
