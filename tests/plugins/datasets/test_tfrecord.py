"""tfrecord: files that TensorFlow wrote and files written by hand, whole and damaged."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
from io import BytesIO

import google_crc32c
import numpy as np
import pytest
from PIL import Image

from sightkit import DataError, DatasetTask
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare
from sightkit_plugins.datasets.tfrecord import TfrecordParams, build_tfrecord

IMAGES = [np.full((4, 5, 3), 40 * index, np.uint8) for index in range(6)]


def png(pixels):
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def field(number, content):
    """Return a protobuf field of bytes, at most 16,383 of them."""
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + content


def feature(value):
    if isinstance(value, bytes):
        return field(1, field(1, value))
    if isinstance(value, float):
        return field(2, field(1, struct.pack("<f", value)))
    return field(3, field(1, bytes([value & 127])))


def example(**features):
    entries = [field(1, field(1, name.encode()) + field(2, feature(value))) for name, value in features.items()]
    return field(1, b"".join(entries))


def masked(content):
    checksum = google_crc32c.value(content)
    return struct.pack("<I", ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(content):
    length = struct.pack("<Q", len(content))
    return length + masked(length) + content + masked(content)


def records(images=IMAGES, labels=(0, 1, 2, 0, 1, 2)):
    keys = ("image/encoded", "image/class/label")
    return [
        record(example(**{keys[0]: png(image), keys[1]: label})) for image, label in zip(images, labels, strict=True)
    ]


def write(path, parts):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(parts))
    return path


def build(path, **params):
    return build_tfrecord(TfrecordParams(path=path, **params), DatasetTask())


def refusal(path, **params):
    with pytest.raises(DataError) as caught:
        build(path, **params)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


def test_a_file_of_encoded_images_is_a_dataset(tmp_path):
    source = build(write(tmp_path / "data.tfrecord", records()))
    assert source.classes == ("0", "1", "2")
    assert source.samples.ids[4] == "data.tfrecord/00004"
    assert source.samples.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert (source.samples.splits, source.image_shape) == (None, None)
    data = prepare(source, images=ImagesSettings(size=(4, 5)), split=SplitSettings(), seed=0)
    np.testing.assert_array_equal(data.images[np.arange(6)], IMAGES)


def test_what_tensorflow_writes_is_read_as_what_is_written_by_hand(tmp_path):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(tmp_path / "written.tfrecord")) as writer:
        for image, label in zip(IMAGES, (0, 1, 2, 0, 1, 2), strict=True):
            features = {
                "image/class/label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
                "image/size": tf.train.Feature(int64_list=tf.train.Int64List(value=[4, 5])),
                "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[png(image)])),
                "box": tf.train.Feature(float_list=tf.train.FloatList(value=[0.5, 1.0, 2.0])),
                "nothing": tf.train.Feature(),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    theirs = build(tmp_path / "written.tfrecord")
    ours = build(write(tmp_path / "by-hand/written.tfrecord", records()))
    assert [theirs.read(row) for row in range(6)] == [ours.read(row) for row in range(6)]
    assert theirs.fingerprint() == ours.fingerprint()


def test_reading_imports_no_tensorflow(tmp_path):
    write(tmp_path / "data.tfrecord", records())
    program = (
        "import sys; from pathlib import Path; from sightkit import DatasetTask\n"
        "from sightkit_plugins.datasets.tfrecord import TfrecordParams, build_tfrecord\n"
        "source = build_tfrecord(TfrecordParams(path=Path(sys.argv[1])), DatasetTask())\n"
        "source.read(0), source.fingerprint(); sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "data.tfrecord"], check=True, timeout=60)


def test_raw_pixels_are_taken_as_they_are(tmp_path):
    parts = [record(example(pixels=image.tobytes(), y=index % 2)) for index, image in enumerate(IMAGES)]
    path = write(tmp_path / "data.tfrecord", parts)
    source = build(path, image="pixels", label="y", raw_shape=(4, 5, 3))
    assert source.image_shape == (4, 5, 3)
    np.testing.assert_array_equal(np.stack([source.read(row) for row in range(6)]), IMAGES)
    message = refusal(path, image="pixels", label="y", raw_shape=(4, 4, 3))
    assert "record 5: feature 'pixels': expected 48 bytes, 4 x 4 x 3 as raw_shape says, found 60" in message


def test_labels_that_are_names_are_classes(tmp_path):
    labels = ["käfer".encode(), b"ant"] * 3
    path = write(tmp_path / "data.tfrecord", records(labels=labels))
    assert build(path).classes == ("ant", "käfer")
    source = build(path, classes=("käfer", "ant"))
    assert source.samples.labels.tolist() == [0, 1] * 3
    assert "00000: expected one of the 2 classes, found 'käfer' (3 such" in refusal(path, classes=("ant", "bee"))


def test_classes_are_the_names_of_labels_from_zero_on(tmp_path):
    path = write(tmp_path / "data.tfrecord", records())
    assert build(path, classes=("ant", "bee", "cow")).classes == ("ant", "bee", "cow")
    assert "data.tfrecord/00002: expected a label from 0 to 1" in refusal(path, classes=("ant", "bee"))


@pytest.fixture
def shards(tmp_path):
    parts = records()
    for index, name in enumerate(["train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001"]):
        write(tmp_path / "shards" / name, parts[2 * index : 2 * index + 2])
    (tmp_path / "shards/labels.txt").write_text("ant\nbee\n")
    return tmp_path / "shards"


SPLITS = ("train",) * 4 + ("validation",) * 2


def test_files_of_a_folder_are_in_the_splits_that_their_names_say(shards):
    source = build(shards)
    assert source.samples.splits == SPLITS
    assert source.samples.ids[3:5] == ("train-00001-of-00002/00001", "validation-00000-of-00001/00000")
    assert build(shards / "*-of-*").fingerprint() == source.fingerprint()
    assert set(source.files) == set(shards.glob("*-of-*"))


def test_files_in_folders_are_in_the_splits_that_the_folders_say(tmp_path):
    for index, name in enumerate(["a/train/1.tfrec", "a/train/2.tfrec", "a/val/1.tfrec"]):
        write(tmp_path / name, records()[2 * index : 2 * index + 2])
    source = build(tmp_path / "a/*/*.tfrec")
    assert source.samples.splits == SPLITS
    assert source.samples.ids[0] == "train/1.tfrec/00000"


def test_patterns_say_the_splits_of_files_without_telling_names(tmp_path):
    for index in range(3):
        write(tmp_path / f"part{index}.tfrecords", records()[2 * index : 2 * index + 2])
    assert build(tmp_path).samples.splits is None
    source = build(tmp_path, train_files="part[01]*", validation_files="part2*")
    assert source.samples.splits == SPLITS
    message = refusal(tmp_path, train_files="part[01]*", test_files="part1*")
    assert "expected of each file a pattern for it, found none for:\n  part1.tfrecords\n  part2.tfrecords\n" in message


def test_files_whose_names_say_nothing_beside_others_that_do_are_named(shards):
    (shards / "validation-00000-of-00001").rename(shards / "more-00000-of-00001")
    message = refusal(shards)
    assert "found none for:\n  more-00000-of-00001\nSet train_files" in message


def test_the_fingerprint_follows_images_labels_and_classes(tmp_path):
    path = tmp_path / "data.tfrecord"
    prints = {build(write(path, records())).fingerprint() for _ in range(2)}
    assert len(prints) == 1
    prints.add(build(path, classes=("a", "b", "c")).fingerprint())
    prints.add(build(write(path, records(images=[IMAGES[0], *IMAGES[2:], IMAGES[1]]))).fingerprint())
    prints.add(build(write(path, records(labels=(0, 1, 2, 0, 2, 1)))).fingerprint())
    for content in (b"one", b"two"):
        prints.add(build(write(path, [record(example(i=content, l=1))]), image="i", label="l").fingerprint())
    assert len(prints) == 6


def changed(part, place):
    place %= len(part)
    return part[:place] + bytes([part[place] ^ 1]) + part[place + 1 :]


def test_every_record_that_is_wrong_is_told_by_file_and_number(tmp_path):
    parts = records()
    parts[1] = changed(parts[1], 40)
    parts[3] = changed(parts[3], -1)
    parts[4] = record(example(**{"image/encode": b"x", "image/class/label": 1}))
    write(tmp_path / "1.tfrecord", parts)
    write(tmp_path / "2.tfrecord", [parts[0], changed(parts[2], 3), parts[0]])
    lines = refusal(tmp_path).splitlines()
    assert lines == [
        f"{tmp_path}: 4 of 8 records cannot be used:",
        f"  {tmp_path}/1.tfrecord: record 1: its content does not match its checksum, it is damaged",
        f"  {tmp_path}/1.tfrecord: record 3: its content does not match its checksum, it is damaged",
        f"  {tmp_path}/1.tfrecord: record 4: expected a feature 'image/encoded', "
        "found 'image/class/label', 'image/encode'; did you mean 'image/encode'?",
        f"  {tmp_path}/2.tfrecord: record 1: its length does not match its checksum, so that it and what follows "
        "cannot be read",
        "Write the files anew.",
    ]


def test_a_byte_changed_anywhere_is_noticed(tmp_path):
    whole = b"".join(records()[:2])
    for place in range(len(whole)):
        assert "cannot be used" in refusal(write(tmp_path / "data.tfrecord", [changed(whole, place)]))


def test_a_file_that_is_cut_short_anywhere_else_than_between_records_is_refused(tmp_path):
    parts = records()
    whole = b"".join(parts)
    for length in range(len(parts[0]) + 1, len(parts[0]) + len(parts[1])):
        message = refusal(write(tmp_path / "data.tfrecord", [whole[:length]]))
        assert "record 1: the file ends within it" in message


@pytest.mark.parametrize(
    ("features", "found"),
    [
        ({"i": b"x"}, "expected a feature 'l', found 'i'"),
        ({"i": 3, "l": 3}, "feature 'i': expected one value of bytes, found 1 of whole numbers"),
        ({"i": b"x", "l": 0.5}, "feature 'l': expected one value of whole numbers or bytes, found 1 of floats"),
        ({"i": b"x", "l": b"\xff"}, "feature 'l': expected a name in UTF-8"),
    ],
)
def test_features_that_hold_something_else_are_refused(tmp_path, features, found):
    path = write(tmp_path / "data.tfrecord", [record(example(**features))])
    assert found in refusal(path, image="i", label="l")


def test_records_that_hold_something_else_are_refused(tmp_path):
    assert "record 0: expected a tf.train.Example" in refusal(write(tmp_path / "d.tfrecord", [record(b"\xff" * 9)]))
    assert "found none" in refusal(write(tmp_path / "d.tfrecord", [record(b"")]))
    many = field(1, field(1, field(1, b"i") + field(2, field(1, field(1, b"a") + field(1, b"b")))))
    message = refusal(write(tmp_path / "d.tfrecord", [record(many)]), image="i")
    assert "feature 'i': expected one value of bytes, found 2 of bytes" in message
    mixed = records(labels=(0, b"ant", 1, 1, 1, 1))
    assert "found numbers and names" in refusal(write(tmp_path / "d.tfrecord", mixed))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<html><body>no records</body>", "expected a TFRecord file, not compressed, found one that starts with b'<h"),
        (
            gzip.compress(b"".join(records())),
            "a TFRecord file, not compressed, found a gzipped file; unzip it",
        ),
        (struct.pack("<Q", 2**62) + masked(struct.pack("<Q", 2**62)) + b"x", "(1 of 4,611,686,018,427,387,908 bytes"),
        (b"", "expected records, found none in 1 file"),
    ],
)
def test_what_is_no_record_file_is_refused(tmp_path, content, found):
    assert found in refusal(write(tmp_path / "data.tfrecord", [content]))


def test_where_there_are_no_files_that_is_said(tmp_path):
    assert "found none" in refusal(tmp_path / "*.tfrecord")
    assert "found no such file in this folder" in refusal(tmp_path)
    os.mkfifo(tmp_path / "fifo.tfrecord")
    assert "found something else" in refusal(tmp_path / "fifo.tfrecord")


def test_a_record_that_changes_after_it_was_found_is_refused_when_it_is_read(tmp_path):
    path = write(tmp_path / "data.tfrecord", records())
    source = build(path)
    write(path, [changed(path.read_bytes(), 30)])
    with pytest.raises(DataError, match=r"1 of 6 images cannot be used(.|\n)*data.tfrecord: expected the record of"):
        prepare(source, images=ImagesSettings(), split=SplitSettings(), seed=0)
