"""prepare: any source becomes one array, and what is wrong with it is said before training, all at once."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from photographs import changed, photographs
from sightkit import ArraySource, DataError, ImageSource, Samples
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare
from sightkit.images.decoding.decode import decode
from sightkit.images.decoding.form import Form

CLASSES = ("cat", "dog")


class Files(ImageSource):
    """Images of any kind, as a plugin would offer them."""

    def __init__(self, contents, *, labels=None, classes=CLASSES, **columns):
        self.contents = contents
        self.classes = classes
        self.licence = "CC0-1.0"
        columns.setdefault("ids", [f"image-{row}" for row in range(len(contents))])
        self.samples = Samples(
            labels=np.array(labels or [row % 2 for row in range(len(contents))], np.int64), **columns
        )

    def read(self, index):
        if isinstance(self.contents[index], Exception):
            raise self.contents[index]
        return self.contents[index]

    def fingerprint(self):
        return "f00d"


def prepared(source, *, images=None, split=None, seed=0, **options):
    return prepare(
        source, images=ImagesSettings(**images or {}), split=SplitSettings(**split or {}), seed=seed, **options
    )


def pictures(count, *, height=12, width=10):
    return list(np.random.default_rng(0).integers(0, 256, (count, height, width, 3), dtype=np.uint8))


def test_arrays_keep_their_shape_and_their_pixels():
    images = np.random.default_rng(0).integers(0, 256, (100, 5, 7), dtype=np.uint8)
    data = prepared(ArraySource(images, [0, 1] * 50, classes=CLASSES, licence="MIT", citation="Us, 2024"))
    assert data.image_shape == (5, 7, 1)
    np.testing.assert_array_equal(data.images[..., 0], images)
    assert data.labels.tolist() == [0, 1] * 50
    assert (data.classes, data.num_classes, data.licence, data.citation) == (CLASSES, 2, "MIT", "Us, 2024")
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 81, "validation": 9, "test": 10}


def test_images_of_many_sizes_become_160_by_160_rgb_unless_told_otherwise(tmp_path):
    Image.fromarray(pictures(1)[0]).save(tmp_path / "a.png")
    source = Files([tmp_path / "a.png", pictures(1, height=30)[0], (tmp_path / "a.png").read_bytes(), *pictures(20)])
    assert prepared(source).images.shape == (23, 160, 160, 3)
    assert prepared(source, images={"size": (8, 9), "channels": 1}).images.shape == (23, 8, 9, 1)


def test_every_image_is_decoded_as_prediction_would_decode_it(tmp_path):
    contents = pictures(80)
    data = prepared(Files(contents), images={"size": (9, 9), "resize": "pad"}, cache=tmp_path)
    for row, content in enumerate(contents):
        np.testing.assert_array_equal(
            data.images[row], decode(content, Form(size=(9, 9), channels=3, resize="pad")), strict=True
        )
    assert data.ids[79] == "image-79"
    assert data.fingerprint == "f00d"


def test_the_seed_decides_the_split_and_nothing_else():
    first, again, other = (prepared(Files(pictures(60)), seed=seed, images={"size": (4, 4)}) for seed in (1, 1, 2))
    assert first.split_digests() == again.split_digests()
    assert first.split_digests() != other.split_digests()
    np.testing.assert_array_equal(first.images[np.arange(60)], other.images[np.arange(60)])


def test_prepared_arrays_cannot_be_written_to(tmp_path):
    data = prepared(Files(pictures(20)), images={"size": (4, 4)}, cache=tmp_path)
    for array in (data.images, data.labels, data.splits["train"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_progress_is_told_in_the_callers_thread_and_ends_with_everything():
    told = []
    prepared(
        Files(pictures(70)),
        images={"size": (4, 4)},
        progress=lambda done, total: told.append((done, total, threading.current_thread())),
    )
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[0][0] < told[-1][0] == 70
    assert {total for _, total, _ in told} == {70}
    assert {thread for _, _, thread in told} == {threading.current_thread()}


def test_all_bad_images_are_named_at_once_with_what_is_wrong_with_each(tmp_path):
    html = tmp_path / "page.jpg"
    html.write_text("<html>not found</html>")
    contents = pictures(100)
    contents[3], contents[50], contents[99] = b"", html, PermissionError(13, "Permission denied")
    with pytest.raises(DataError) as caught:
        prepared(Files(contents), images={"size": (4, 4)})
    assert str(caught.value).splitlines() == [
        "3 of 100 images cannot be used:",
        "  image-3: expected an image, found an empty file",
        f"  {html}: expected an image (BMP, GIF, JPEG, PNG, PPM, TIFF, WEBP), "
        "found a file that starts with b'<html>not found</html>'",
        "  image-99: cannot be read: Permission denied",
        'Replace or remove them, or set images.on_bad_image = "skip".',
    ]


def test_a_long_list_of_bad_images_is_cut_and_counted():
    with pytest.raises(DataError) as caught:
        prepared(Files([b""] * 130))
    assert "130 of 130 images" in str(caught.value)
    assert "image-99:" in str(caught.value)
    assert "image-100:" not in str(caught.value)
    assert "and 30 more" in str(caught.value)


def test_a_mistake_in_a_source_is_not_mistaken_for_a_bad_image():
    with pytest.raises(KeyError, match="oops") as caught:
        prepared(Files([*pictures(10), KeyError("oops")]), images={"size": (4, 4)})
    assert caught.value.__notes__ == ["while image 'image-10' was read"]


def test_labels_that_are_no_array_are_told():
    source = Files(pictures(4))
    source.samples = Samples(ids=np.array(source.samples.ids), labels=[0, 1, 0, 1])
    with pytest.raises(DataError, match=r"^labels: expected an array of integers of shape \(n,\), found list$"):
        prepared(source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (Files([]), "the dataset has no images"),
        (Files(pictures(3), labels=[0, 0, 0], classes=("cat",)), "expected at least two classes, found 1: 'cat'"),
        (
            Files(pictures(3), labels=[0, 2, 0], classes=("cat", "dog", "eel", "fox")),
            "expected images of every class, found none of 'dog', 'fox'",
        ),
        (Files(pictures(3), labels=[0, 1, 2]), "image-2: expected a label from 0 to 1, found 2"),
        (Files(pictures(3), labels=[0, 1, -1]), "image-2: expected a label from 0 to 1, found -1"),
        (Files(pictures(3), ids=["a", "b", "a"]), "expected every image id once, found several of 'a'"),
        (Files(pictures(2), classes=("cat", "cat")), "expected every class once, found several of 'cat'"),
        (Files(pictures(3), labels=[0, 1]), "has 3 ids but 2 labels"),
        (Files(pictures(3), groups=["a"]), "has 3 ids but 1 groups"),
        (Files(pictures(2), splits=["train", "val"]), "expected the splits 'train', 'validation', 'test', found 'val'"),
        (Files(pictures(2), splits=["test", "test"]), "expected images to train on, found all 2 in test"),
    ],
)
def test_a_dataset_that_cannot_be_trained_on_is_refused_before_reading(source, message):
    source.read = None
    with pytest.raises(DataError) as caught:
        prepared(source)
    assert message in str(caught.value)
    assert caught.value.exit_code == 3


def test_images_are_prepared_without_tensorflow():
    program = "import sys, sightkit.images, sightkit.images.order; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_name_with_a_newline_in_it_does_not_look_like_two_images():
    source = Files([b"no picture", *pictures(3)], ids=["a\nb.png", "c", "d", "e"])
    with pytest.raises(DataError) as caught:
        prepare(source, images=ImagesSettings(size=(4, 4)), split=SplitSettings(), seed=0)
    assert [line[:11] for line in str(caught.value).splitlines()] == ["1 of 4 imag", "  a\\nb.png:", "Replace or "]


def test_where_everything_to_train_on_was_left_out_the_reasons_are_told():
    same = pictures(1) * 10
    with pytest.raises(DataError) as caught:
        prepared(Files(same), images={"size": (4, 4)}, split={"duplicates": "drop-train"})
    lines = str(caught.value).splitlines()
    assert lines[0] == "no images are left to train on: of 10 are 10 left out."
    assert any(line.startswith("1 image occurs under more than one label") for line in lines)

    contents = [b"junk"] * 6 + pictures(4)
    splits = ["train"] * 6 + ["test"] * 4
    with pytest.raises(DataError) as caught:
        prepared(Files(contents, splits=splits), images={"size": (4, 4), "on_bad_image": "skip"})
    assert "of 10 are 4 in test and 6 left out" in str(caught.value)
    assert "image-5: expected an image" in str(caught.value)


def test_a_class_that_duplicates_leave_nothing_of_is_refused():
    contents = [*pictures(10), pictures(1)[0]]
    with pytest.raises(DataError, match="1 of 3 classes has no image that can be used"):
        prepared(
            Files(contents, labels=[0, *[0, 1, 1] * 3, 2], classes=("cat", "dog", "owl")),
            images={"size": (4, 4)},
            split={"duplicates": "drop-train"},
        )


def test_exactly_the_bad_images_are_missing_when_they_are_skipped(tmp_path):
    contents = pictures(60)
    contents[3], contents[50] = b"", b"<html>"
    for cache in (None, tmp_path):
        data = prepared(Files(contents), images={"size": (4, 4), "on_bad_image": "skip"}, cache=cache)
        used = np.sort(np.concatenate(list(data.splits.values())))
        np.testing.assert_array_equal(used, np.delete(np.arange(60), [3, 50]))
        (finding,) = data.findings
        assert finding.summary == "2 of 60 images cannot be used and were left out"
        assert [case.images for case in finding.cases] == [("image-3",), ("image-50",)]


@pytest.mark.parametrize("split", [{"test": 0.5}, {"validation": 0.5}, {"folds": 2}, {}], ids=str)
def test_pictures_that_look_alike_are_told_wherever_the_splits_come_from(split):
    images = photographs(6, 64)
    contents = [*images, *(changed(each, "darkened") for each in images)]
    stated = {} if split else {"splits": ["train"] * 6 + ["test"] * 6}
    data = prepared(Files(contents, **stated), images={"size": (64, 64)}, split={"validation": 0, "test": 0} | split)
    assert "near-duplicate" in [finding.kind for finding in data.findings]
