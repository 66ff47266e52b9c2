"""image-folder: class folders as people really have them, with links, hidden files and worse."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from sightkit import DataError, DatasetTask
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare
from sightkit_plugins.datasets.image_folder import ImageFolderParams, build_image_folder


def picture(path, *, value=100):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((6, 8, 3), value, np.uint8)).save(path)


@pytest.fixture
def root(tmp_path):
    path = tmp_path / "pets"
    for index, name in enumerate(["dog/1.jpg", "dog/2.png", "cat/deep/er/3.JPEG", "cat/4.webp", "Zebra/5.gif"]):
        picture(path / name, value=40 * index)
    return path


def build(path, **params):
    return build_image_folder(ImageFolderParams(path=path, **params), DatasetTask())


def refusal(path, **params):
    with pytest.raises(DataError) as caught:
        build(path, **params)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_folders_are_classes_in_code_point_order_and_images_are_found_at_any_depth(root):
    source = build(root)
    assert source.classes == ("Zebra", "cat", "dog")
    assert source.samples.ids == ("Zebra/5.gif", "cat/4.webp", "cat/deep/er/3.JPEG", "dog/1.jpg", "dog/2.png")
    assert source.samples.labels.tolist() == [0, 1, 1, 2, 2]
    assert source.read(2) == root / "cat/deep/er/3.JPEG"
    assert source.image_shape is None


def test_hidden_things_and_files_that_are_no_images_are_passed_over(root):
    picture(root / ".thumbnails/1.jpg")
    picture(root / "dog/.cache/1.jpg")
    picture(root / "dog/._1.jpg.png")
    for name in ("dog/notes.txt", "dog/Thumbs.db", "readme.md", "stray.jpg"):
        (root / name).write_text("no image")
    assert len(build(root).samples.ids) == 5


def test_the_dataset_goes_through_prepare(root):
    data = prepare(build(root), images=ImagesSettings(size=(4, 4)), split=SplitSettings(), seed=0)
    assert data.images.shape == (5, 4, 4, 3)
    zebra, dog = data.images[np.array([0, 3])]
    assert abs(int(dog.mean()) - 0) <= 2  # dog/1.jpg
    assert abs(int(zebra.mean()) - 160) <= 2  # Zebra/5.gif


def test_links_to_images_and_to_folders_outside_are_followed(root, tmp_path):
    picture(tmp_path / "elsewhere/6.jpg")
    (root / "dog/more").symlink_to(tmp_path / "elsewhere")
    (root / "cat/same.jpg").symlink_to(root / "cat/4.webp")
    assert {"dog/more/6.jpg", "cat/same.jpg"} <= set(build(root).samples.ids)


def test_links_that_go_in_circles_end(root, tmp_path):
    picture(tmp_path / "another-dataset/cat/1.jpg")
    before = build(root).samples.ids
    (root / "dog/self").symlink_to(".")
    (root / "dog/up").symlink_to("..")
    (root / "dog/above").symlink_to("../..")
    (root / "dog/other-class").symlink_to("../cat")
    (root / "cat/deep/back").symlink_to("../deep")
    (root / "cat/nowhere").symlink_to("nowhere")
    assert build(root).samples.ids == before


def test_many_links_to_one_another_are_not_gone_through_again_and_again(root):
    for depth in range(30):  # two ways at each of 30 crossings
        (root / f"dog/{depth}").mkdir()
        for way in "ab":
            (root / f"dog/{depth}/{way}").symlink_to(f"../{depth + 1}")
    picture(root / "dog/30/last.png")
    assert sum(id_.endswith("last.png") for id_ in build(root).samples.ids) == 1


def test_what_only_looks_like_an_image_is_named_by_prepare_and_never_opened(root):
    os.mkfifo(root / "dog/fifo.jpg")
    (root / "dog/circle.jpg").symlink_to("circle.jpg")
    (root / "cat/gone.png").symlink_to("/nonexistent.png")
    with pytest.raises(DataError) as caught:
        prepare(build(root), images=ImagesSettings(size=(4, 4)), split=SplitSettings(), seed=0)
    message = str(caught.value)
    assert "3 of 8 images cannot be used" in message
    for name in ("dog/fifo.jpg", "dog/circle.jpg", "cat/gone.png"):
        assert str(root / name) in message


def test_an_empty_class_is_named_by_prepare(root):
    (root / "eel").mkdir()
    with pytest.raises(DataError, match="found none of 'eel'"):
        prepare(build(root), images=ImagesSettings(), split=SplitSettings(), seed=0)


def test_names_that_are_not_utf8_become_text_that_can_be_written(root):
    shutil.copy(root / "dog/1.jpg", os.fsencode(root) + b"/dog/caf\xe9.jpg")
    source = build(root)
    row = source.samples.ids.index("dog/caf\\xe9.jpg")
    assert source.read(row).read_bytes() == (root / "dog/1.jpg").read_bytes()
    assert len(source.fingerprint()) == 64


def test_the_fingerprint_follows_names_and_content_and_not_the_place(root, tmp_path):
    before = build(root).fingerprint()
    moved = tmp_path / "moved"
    shutil.copytree(root, moved)
    os.utime(moved / "dog/1.jpg", (0, 0))
    assert build(moved).fingerprint() == before

    prints = {before}
    picture(moved / "dog/1.jpg", value=90)
    prints.add(build(moved).fingerprint())
    (moved / "dog/2.png").rename(moved / "dog/3.png")
    prints.add(build(moved).fingerprint())
    (moved / "dog").rename(moved / "wolf")
    prints.add(build(moved).fingerprint())
    assert len(prints) == 4


def test_the_fingerprint_neither_waits_for_nor_stumbles_over_what_cannot_be_opened(root):
    os.mkfifo(root / "dog/fifo.jpg")
    (root / "dog/circle.jpg").symlink_to("circle.jpg")
    (root / "cat/gone.png").symlink_to("gone.png.bak")
    before = build(root).fingerprint()
    assert build(root).fingerprint() == before
    picture(root / "cat/gone.png.bak.png")
    (root / "cat/gone.png.bak.png").rename(root / "cat/gone.png.bak")
    mended = build(root).fingerprint()
    (root / "dog/fifo.jpg").unlink()
    (root / "dog/fifo.jpg").touch()
    assert len({before, mended, build(root).fingerprint()}) == 3


def test_files_are_all_images(root):
    assert set(build(root).files) == {str(path) for path in root.rglob("*.*")}


def test_a_missing_path_and_a_file_are_refused(tmp_path):
    assert "found nothing there" in refusal(tmp_path / "nope")
    (tmp_path / "file").touch()
    assert "(path/CLASS/image.jpg), found a file" in refusal(tmp_path / "file")


def test_a_folder_without_classes_is_refused_with_what_it_holds(tmp_path):
    assert "(path/CLASS/image.jpg), found an empty folder" in refusal(tmp_path)
    picture(tmp_path / "1.jpg")
    picture(tmp_path / "2.jpg")
    assert "found no folder but 2 files directly in it" in refusal(tmp_path)


def test_one_class_is_enough_to_judge_a_model_on(tmp_path):
    picture(tmp_path / "cat/1.jpg")
    assert build(tmp_path).classes == ("cat",)
    picture(tmp_path / "divided/train/dog/1.jpg")
    assert build(tmp_path / "divided").classes == ("dog",)


def test_folders_without_images_are_refused(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog/notes.txt").touch()
    assert "found 2 folders without an image in them" in refusal(tmp_path)


def test_classes_given_are_the_labels_in_their_order(root):
    source = build(root, classes=("dog", "Zebra", "cat"))
    assert source.classes == ("dog", "Zebra", "cat")
    assert source.samples.ids == build(root).samples.ids
    assert source.samples.labels.tolist() == [1, 2, 2, 0, 0]
    assert source.fingerprint() != build(root).fingerprint()


def test_folders_that_are_none_of_the_classes_given_are_all_named(root):
    (root / "bird").mkdir()
    message = refusal(root, classes=("dogs", "Zebra", "cat"))
    assert "expected folders of the 3 classes in the param classes, found 2 other" in message
    assert "\n  bird\n  dog; did you mean 'dogs'?\n" in message


def test_a_class_given_that_has_no_folder_is_named_by_prepare(root):
    source = build(root, classes=("dog", "Zebra", "cat", "eel"))
    with pytest.raises(DataError, match="found none of 'eel'"):
        prepare(source, images=ImagesSettings(), split=SplitSettings(), seed=0)


@pytest.fixture
def divided(tmp_path):
    path = tmp_path / "divided"
    names = ["Train/dog/1.jpg", "Train/cat/deep/2.jpg", "Train/cat/3.jpg", "valid/dog/1.jpg", "test/cat/1.jpg"]
    for index, name in enumerate(names):
        picture(path / name, value=40 * index)
    return path


def test_folders_of_splits_keep_their_images(divided):
    source = build(divided)
    assert source.classes == ("cat", "dog")
    assert source.samples.ids == (
        "Train/cat/3.jpg",
        "Train/cat/deep/2.jpg",
        "Train/dog/1.jpg",
        "test/cat/1.jpg",
        "valid/dog/1.jpg",
    )
    assert source.samples.labels.tolist() == [0, 0, 1, 0, 1]
    assert source.samples.splits == ("train", "train", "train", "test", "validation")
    assert source.read(4) == divided / "valid/dog/1.jpg"
    data = prepare(source, images=ImagesSettings(size=(4, 4)), split=SplitSettings(), seed=0)
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {
        "train": [0, 1, 2],
        "validation": [4],
        "test": [3],
    }


def test_a_training_folder_alone_is_divided_by_the_core(divided):
    shutil.rmtree(divided / "test")
    shutil.rmtree(divided / "valid")
    assert build(divided).samples.splits == ("train",) * 3


def test_moving_an_image_to_another_split_changes_the_fingerprint(divided):
    before = build(divided).fingerprint()
    (divided / "valid").rename(divided / "val")
    after = build(divided).fingerprint()
    (divided / "val/dog/1.jpg").rename(divided / "Train/dog/9.jpg")
    assert len({before, after, build(divided).fingerprint()}) == 3


def test_classes_that_training_does_not_know_are_named(divided):
    picture(divided / "test/dogs/1.jpg")
    picture(divided / "valid/eel/1.jpg")
    message = refusal(divided)
    assert "expected folders of the 2 classes in the train folder, found 2 other" in message
    assert "\n  test/dogs; did you mean 'dog'?\n  valid/eel\n" in message


def test_links_from_one_split_into_another_are_not_followed(divided):
    picture(divided / "test/stray.jpg")
    before = build(divided).samples.ids
    (divided / "Train/dog/more").symlink_to("../../test/cat")
    (divided / "Train/cat/all").symlink_to("../../test")
    (divided / "valid/dog/up").symlink_to("../../..")
    assert build(divided).samples.ids == before


def test_folders_of_splits_are_one_a_split_with_training_among_them(divided):
    (divided / "validation").mkdir()
    assert "found Train, test, valid, validation" in refusal(divided)
    (divided / "validation").rmdir()
    shutil.rmtree(divided / "Train")
    assert "expected train and, where there are, one folder" in refusal(divided)


def test_a_folder_of_a_split_without_class_folders_is_refused_with_what_it_holds(divided):
    shutil.rmtree(divided / "test/cat")
    picture(divided / "test/1.jpg")
    assert "test: expected folders of classes in this folder of a split, found no folder but 1 file" in refusal(divided)


def test_classes_that_are_called_like_splits_can_be_said(tmp_path):
    picture(tmp_path / "training/1.jpg")
    picture(tmp_path / "testing/1.jpg")
    source = build(tmp_path, classes=("training", "testing"))
    assert source.samples.splits is None
    assert source.samples.ids == ("testing/1.jpg", "training/1.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_cannot_be_listed_is_refused(root):
    (root / "cat").chmod(0)
    try:
        assert "cannot be listed: Permission denied" in refusal(root)
    finally:
        (root / "cat").chmod(0o700)
