"""Data that can't be trained on: from every source, refused before anything is trained, with file and row."""

from __future__ import annotations

import gzip
import os
import struct

import numpy as np
import pytest
from PIL import Image

import sightkit
from sightkit import DataError

GREY = np.full((6, 5), 90, np.uint8)


def picture(path, pixels=GREY):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "png")
    return path


def folders(root):
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"):
        picture(root / name)
    return f'use = "image-folder"\npath = "{root.name}"\n'


def no_images(root):
    (root / "cat").mkdir(parents=True)
    (root / "dog").mkdir()
    return f'use = "image-folder"\npath = "{root.name}"\n', [f"{root}: ", "found 2 folders without an image"]


def one_class(root):
    picture(root / "cat/1.png")
    return f'use = "image-folder"\npath = "{root.name}"\n', [
        f"{root}: ",
        "expected at least two classes, found 1: 'cat'",
    ]


def an_empty_class(root):
    table = folders(root)
    (root / "eel").mkdir()
    return table, ["expected images of every class, found none of 'eel'"]


def html_named_jpg(root):
    table = folders(root)
    (root / "dog/3.jpg").write_text("<html><body>404 Not Found</body></html>")
    return table, [f"{root}/dog/3.jpg: ", "1 of 5 images"]


def an_empty_file_and_one_cut_short(root):
    table = folders(root)
    (root / "dog/1.png").write_bytes(b"")
    whole = picture(root / "cat/1.png", np.random.default_rng(0).integers(0, 256, (99, 99), np.uint8)).read_bytes()
    (root / "cat/1.png").write_bytes(whole[: len(whole) // 2])
    return table, ["2 of 4 images", f"{root}/dog/1.png: ", f"{root}/cat/1.png: "]


def links_pipes_and_folders_named_like_images(root):
    table = folders(root)
    (root / "dog/circle.png").symlink_to("circle.png")
    (root / "dog/gone.png").symlink_to("gone-for-good.png")
    os.mkfifo(root / "cat/pipe.png")
    return table, ["3 of 7 images", f"{root}/dog/circle.png: ", f"{root}/dog/gone.png: ", f"{root}/cat/pipe.png: "]


def csv_table(root, *rows, more=""):
    folders(root)
    (root / "list.csv").write_text("".join(f"{row}\n" for row in ("path,label", *rows)))
    return f'use = "csv"\npath = "{root.name}/list.csv"\n{more}'


def a_table_without_rows(root):
    return csv_table(root), [f"{root}/list.csv: ", "expected a row for each image below the header, found none"]


def a_table_of_one_label(root):
    return csv_table(root, "cat/1.png,cat", "cat/2.png,cat"), ["expected at least two classes, found 1: 'cat'"]


def a_table_without_the_column(root):
    table = csv_table(root, "cat/1.png,cat", more='label_column = "species"\n')
    return table, [f"{root}/list.csv: row 1: expected a column 'species', found 'path', 'label'"]


def a_table_with_a_path_that_leads_out(root):
    picture(root.parent / "secret.png")
    table = csv_table(root, "cat/1.png,cat", "../secret.png,dog")
    return table, [f"{root}/list.csv: 1 of 2 rows", "row 3: path '../secret.png': expected one that stays below"]


def a_table_with_an_unknown_label(root):
    table = csv_table(root, "cat/1.png,cat", "dog/1.png,dgo", more='classes = ["cat", "dog"]\n')
    return table, [f"{root}/list.csv: 1 of 2 rows", "row 3: label 'dgo' is none of the 2 classes; did you mean 'dog'?"]


def a_table_with_a_folder_and_a_pipe(root):
    table = csv_table(root, "cat/1.png,cat", "dog/1.png,dog", "cat,cat", "pipe.png,dog")
    os.mkfifo(root / "pipe.png")
    return table, ["2 of 4 images", f"{root}/cat: ", f"{root}/pipe.png: "]


def idx_pair(root, *, claimed=4, labels=4, zipped=False):
    root.mkdir()
    images = struct.pack(">IIII", 0x803, claimed, 6, 5) + GREY.tobytes() * 4
    content = {"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": struct.pack(">II", 0x801, labels)}
    content["train-labels-idx1-ubyte"] += bytes(row % 2 for row in range(labels))
    for name, value in content.items():
        (root / name).write_bytes(gzip.compress(value) if zipped else value)
    return f'use = "idx"\npath = "{root.name}"\n'


def an_idx_header_that_claims_too_much(root):
    table = idx_pair(root, claimed=2**31)
    return table, [
        f"{root}/train-images-idx3-ubyte: ",
        "(2,147,483,648 x 6 x 5), which a file of this size cannot hold",
    ]


def a_zipped_idx_header_that_claims_too_much(root):
    table = idx_pair(root, claimed=2**31, zipped=True)
    return table, [f"{root}/train-images-idx3-ubyte: ", "which a file of this size cannot hold"]


def idx_labels_that_are_too_few(root):
    table = idx_pair(root, labels=3)
    return table, [f"{root}/train-labels-idx1-ubyte: expected a label for each of the 4 images", "found 3 labels"]


def idx_labels_of_one_class(root):
    table = idx_pair(root)
    (root / "train-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, 4) + bytes(4))
    return table, ["expected at least two classes, found 1: '0'"]


def arrays_of_different_length(root):
    root.mkdir()
    np.save(root / "images.npy", np.stack([GREY] * 4))
    np.save(root / "labels.npy", np.arange(3))
    return f'use = "npz"\npath = "{root.name}"\n', [f"{root}/labels.npy: expected a label for each of the 4 images"]


def an_archive_without_images(root):
    root.mkdir()
    np.savez(root / "arrays.npz", images=np.empty((0, 4, 4), np.uint8), labels=np.empty(0, np.uint8))
    return f'use = "npz"\npath = "{root.name}/arrays.npz"\n', ["the dataset has no images"]


def a_record_with_a_wrong_checksum(root):
    import tensorflow as tf

    root.mkdir()
    file = root / "data.tfrecord"
    with tf.io.TFRecordWriter(str(file)) as writer:
        for row in range(3):
            features = {
                "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[bytes(30)])),
                "image/class/label": tf.train.Feature(int64_list=tf.train.Int64List(value=[row % 2])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    content = bytearray(file.read_bytes())
    content[-10] ^= 1
    file.write_bytes(content)
    return f'use = "tfrecord"\npath = "{root.name}"\n', [f"{file}: record 2: its content does not match its checksum"]


def a_tensorflow_dataset_that_is_not_there(root):
    where = f"{root}/mnist/3.0.1: "
    return f'use = "tfds"\ndataset = "mnist"\ndata_dir = "{root.name}"\n', [where, "found none; set download = true"]


CASES = [
    no_images,
    one_class,
    an_empty_class,
    html_named_jpg,
    an_empty_file_and_one_cut_short,
    links_pipes_and_folders_named_like_images,
    a_table_without_rows,
    a_table_of_one_label,
    a_table_without_the_column,
    a_table_with_a_path_that_leads_out,
    a_table_with_an_unknown_label,
    a_table_with_a_folder_and_a_pipe,
    an_idx_header_that_claims_too_much,
    a_zipped_idx_header_that_claims_too_much,
    idx_labels_that_are_too_few,
    idx_labels_of_one_class,
    arrays_of_different_length,
    an_archive_without_images,
    a_record_with_a_wrong_checksum,
    a_tensorflow_dataset_that_is_not_there,
]


@pytest.mark.parametrize("make", CASES, ids=[case.__name__.replace("_", "-") for case in CASES])
def test_bad_data_is_refused_by_prepare_with_its_file_and_row(tmp_path, home, make):
    table, expected = make(tmp_path / "data")
    experiment = tmp_path / "experiment.toml"
    experiment.write_text(f"schema = 1\n[dataset]\n{table}\n[images]\nsize = [6, 5]\n")
    cache = tmp_path / "cache"
    with pytest.raises(DataError) as caught:
        sightkit.load(experiment).prepare(cache_dir=cache)
    for part in expected:
        assert part in str(caught.value)


def test_the_command_line_ends_with_exit_code_3_and_every_file(sightkit, work):
    table, expected = links_pipes_and_folders_named_like_images(work / "data")
    (work / "experiment.toml").write_text(f"schema = 1\n[dataset]\n{table}")
    done = sightkit("prepare", "experiment.toml", "--json")
    assert done.code == 3
    assert done.out == ""
    for part in expected:
        assert part.removeprefix(f"{work}/") in done.err.replace("\n", "")
