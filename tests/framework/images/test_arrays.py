"""ArraySource: what it accepts, what it says of the rest, and when its fingerprint changes."""

from __future__ import annotations

import numpy as np
import pytest

from sightkit import ArraySource, DataError

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([0, 1, 0])
CLASSES = ("cat", "dog")


@pytest.mark.parametrize(
    ("images", "shape"),
    [(IMAGES, (4, 5, 1)), (IMAGES[..., None], (4, 5, 1)), (np.stack([IMAGES] * 3, axis=-1), (4, 5, 3))],
)
def test_grey_and_colour_arrays_say_their_shape_and_read_back(images, shape):
    source = ArraySource(images, LABELS, classes=CLASSES)
    assert source.image_shape == shape
    np.testing.assert_array_equal(source.read(2), images[2])
    assert source.samples.labels.dtype == np.int64


def test_files_are_those_that_are_given(tmp_path):
    assert ArraySource(IMAGES, LABELS, classes=CLASSES).files is None
    assert ArraySource(IMAGES, LABELS, classes=CLASSES, files=[tmp_path / "a.h5"]).files == (tmp_path / "a.h5",)


def test_ids_are_the_index_padded_so_that_they_sort():
    source = ArraySource(np.zeros((11, 2, 2), np.uint8), [0, 1] * 5 + [0], classes=CLASSES, id_prefix="train/")
    assert source.samples.ids[0] == "train/00"
    assert source.samples.ids[10] == "train/10"
    assert list(source.samples.ids) == sorted(source.samples.ids)


def test_labels_of_any_integer_type_are_accepted():
    for dtype in (np.uint8, np.int32, np.uint64):
        assert ArraySource(IMAGES, LABELS.astype(dtype), classes=CLASSES).samples.labels.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (IMAGES / 255, "found float64 of shape (3, 4, 5); scale to 0..255"),
        (IMAGES[0], "found shape (4, 5)"),
        (np.zeros((3, 4, 5, 2), np.uint8), "found shape (3, 4, 5, 2)"),
        (np.zeros((3, 0, 5), np.uint8), "found shape (3, 0, 5)"),
    ],
)
def test_images_that_are_not_uint8_pictures_are_refused(images, found):
    with pytest.raises(DataError) as caught:
        ArraySource(images, LABELS, classes=CLASSES)
    assert found in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ([0, 1], "expected integers of shape (3,), found int64 of shape (2,)"),
        ([0.0, 1.0, 0.0], "found float64"),
        ([True, False, True], "found bool"),
        ([[0], [1], [0]], "of shape (3, 1)"),
        ([0, 2, 0], "expected 0 to 1, an index into the 2 classes, found 2 at row 1"),
        ([0, 0, -1], "found -1 at row 2"),
    ],
)
def test_labels_that_are_no_index_into_the_classes_are_refused(labels, found):
    with pytest.raises(DataError) as caught:
        ArraySource(IMAGES, np.array(labels), classes=CLASSES)
    assert found in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"classes": [0, 1]}, r"expected every class to be text, found 0; use str\(...\)"),
        ({"classes": "ab"}, "expected a sequence of every class, found the text 'ab'"),
        ({"ids": np.arange(3)}, r"expected every image id to be text, found np.int64\(0\)"),
        ({"groups": [None, 7, "a"]}, "expected every group to be text, found 7"),
        ({"groups": 3}, "expected a sequence of every group, found int"),
        ({"splits": "train"}, "expected a sequence of every split, found the text 'train'"),
        ({"classes": None}, "expected a sequence of every class, found NoneType"),
        ({"labels": [[0], [0, 1], [0]]}, "labels: expected an array, found what none can be made of"),
    ],
)
def test_columns_that_are_none_and_names_that_are_no_text_are_refused_before_anything_is_trained(columns, message):
    with pytest.raises(DataError, match=message):
        ArraySource(IMAGES, **{"labels": LABELS, "classes": CLASSES, **columns})


def test_names_in_a_numpy_array_are_text():
    names = np.array(["a", "b", "c"])
    source = ArraySource(IMAGES, LABELS, classes=names[:2], ids=names, groups=names)
    same = ArraySource(IMAGES, LABELS, classes=["a", "b"], ids=list("abc"), groups=list("abc"))
    assert source.fingerprint() == same.fingerprint()


@pytest.mark.parametrize("field", ["ids", "splits", "groups"])
def test_a_column_of_another_length_is_refused_by_name(field):
    with pytest.raises(DataError, match=f"{field}: expected one for each of the 3 images, found 2"):
        ArraySource(IMAGES, LABELS, classes=CLASSES, **{field: ["train", "test"]})


def test_the_fingerprint_is_the_same_for_equal_datasets_and_another_after_any_change():
    def fingerprint(images=IMAGES, labels=LABELS, classes=CLASSES, **columns):
        return ArraySource(images, labels, classes=classes, **columns).fingerprint()

    one_pixel = IMAGES.copy()
    one_pixel[2, 3, 4] ^= 1
    prints = [
        fingerprint(),
        fingerprint(images=one_pixel),
        fingerprint(images=IMAGES.reshape(3, 5, 4)),
        fingerprint(labels=LABELS[::-1] ^ 1),
        fingerprint(classes=("cat", "fox")),
        fingerprint(splits=["train", "train", "test"]),
        fingerprint(groups=["a", "a", None]),
    ]
    assert len(set(prints)) == len(prints)
    assert fingerprint(images=IMAGES[::-1].copy()[::-1], labels=LABELS.astype(np.int8)) == prints[0]
