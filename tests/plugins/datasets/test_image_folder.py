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


def build(path):
    return build_image_folder(ImageFolderParams(path=path), DatasetTask())


def refusal(path):
    with pytest.raises(DataError) as caught:
        build(path)
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
    assert abs(int(data.images[3].mean()) - 0) <= 2  # dog/1.jpg
    assert abs(int(data.images[0].mean()) - 160) <= 2  # Zebra/5.gif


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


def test_a_missing_path_and_a_file_are_refused(tmp_path):
    assert "found nothing there" in refusal(tmp_path / "nope")
    (tmp_path / "file").touch()
    assert "(path/CLASS/image.jpg), found a file" in refusal(tmp_path / "file")


def test_a_folder_without_two_classes_is_refused_with_what_it_holds(tmp_path):
    assert "at least two of them, found an empty folder" in refusal(tmp_path)
    picture(tmp_path / "1.jpg")
    picture(tmp_path / "2.jpg")
    assert "found no folder but 2 files directly in it" in refusal(tmp_path)
    picture(tmp_path / "cat/1.jpg")
    assert "found one folder, 'cat'" in refusal(tmp_path)


def test_folders_without_images_are_refused(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog/notes.txt").touch()
    assert "found 2 folders without an image in them" in refusal(tmp_path)


def test_folders_of_splits_are_not_taken_for_classes(tmp_path):
    picture(tmp_path / "train/cat/1.jpg")
    picture(tmp_path / "Test/cat/2.jpg")
    assert "look like splits (Test, train); set path to one of them" in refusal(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_cannot_be_listed_is_refused(root):
    (root / "cat").chmod(0)
    try:
        assert "cannot be listed: Permission denied" in refusal(root)
    finally:
        (root / "cat").chmod(0o700)
