"""What people pass for images and labels: frames, columns, lists, Pillow's images, names of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

LABELS = {
    "string": lambda words: (pd.Series(words, dtype="string"), ["bottom", "middle", "top"]),
    "Int64": lambda words: (pd.Series(words == "top", dtype="Int64"), [0, 1]),
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_come_back_as_what_they_are(build, task, kind):
    labels, classes = LABELS[kind](task.labels)
    estimator = build(epochs=1).fit(task.images, labels)
    assert estimator.classes_.tolist() == classes
    assert [type(each) for each in estimator.classes_.tolist()] == [type(each) for each in classes]
    assert set(estimator.predict(task.images)) <= set(classes)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (
            lambda words: pd.Series([*words[1:], None], dtype="string"),
            "a label for each image, found 1 missing",
        ),
        (lambda words: pd.Series([*words[1:], None], dtype=object), "a label for each image, found 1 missing"),
        (
            lambda words: pd.Series([*range(59), None], dtype="Int64"),
            "a label for each image, found 1 missing",
        ),
        (lambda words: [*words[1:].tolist(), None], "labels of one type, found NoneType and str"),
        (lambda words: np.array([*words[1:].tolist(), 3], dtype=object), "labels of one type, found int and str"),
    ],
)
def test_labels_that_are_missing_or_of_several_types_are_refused(build, task, missing, message):
    with pytest.raises(ValueError, match=f"y: expected {message}"):
        build().fit(task.images, missing(task.labels))


def test_a_frame_of_flat_rows_is_known_by_its_columns(build, task):
    frame = pd.DataFrame(task.rows, columns=[f"pixel {number}" for number in range(54)])
    estimator = build(epochs=1, image_shape=(9, 6)).fit(frame, task.labels)
    assert estimator.feature_names_in_.tolist() == list(frame.columns)
    assert estimator.n_features_in_ == 54
    assert set(estimator.predict(frame)) <= set(task.labels)
    with pytest.raises(ValueError, match="feature names should match"):
        estimator.predict(frame[frame.columns[::-1]])


@pytest.mark.parametrize(
    "form",
    [
        list,
        lambda images: [Image.fromarray(image) for image in images],
        lambda images: tuple(Image.fromarray(image).convert("RGB").convert("L") for image in images),
        lambda images: pd.Series([*images]),
        lambda images: pd.Series([Image.fromarray(image) for image in images]).to_numpy(),
    ],
)
def test_images_may_come_one_by_one(fitted, task, form):
    assert (fitted.predict_proba(form(task.images)) == fitted.predict_proba(task.images)).all()


def test_images_of_several_shapes_are_refused(build, task):
    for images in ([*task.images[:-1], task.images[0, :5]], [Image.new("L", (6, 9)), Image.new("L", (6, 8))]):
        with pytest.raises(ValueError, match="X: expected images of one shape, found several"):
            build().fit(images, task.labels[: len(images)])


def test_images_whose_numbers_are_not_what_is_seen_are_refused(fitted):
    with pytest.raises(ValueError, match=r"X: images of the modes P; expected grey or RGB; write image\.convert"):
        fitted.predict([Image.new("P", (6, 9))])


@pytest.mark.parametrize(
    "form", [list, np.array, pd.Series, lambda names: pd.DataFrame({"file": names}), lambda names: [*map(Path, names)]]
)
def test_names_of_files_are_no_images(build, form):
    with pytest.raises(ValueError, match=r"X: expected the pixels of images, found 'a\.png'; read files into arrays"):
        build().fit(form(["a.png", "b.png"]), ["a", "b"])


def test_one_image_alone_is_no_array_of_images(fitted, task):
    with pytest.raises(ValueError, match=r"found one image of shape \(9, 6\); write X\[np\.newaxis\]"):
        fitted.predict(task.images[0])
