"""csv: tables as spreadsheets and scripts write them, and everything that is wrong with some."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from sightkit import DataError, DatasetTask
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare
from sightkit_plugins.datasets.csv_table import CsvParams, build_csv

IMAGES = ("a/1.png", "a/2.png", "b/1.png", "b/ö, 2.png")
ROWS = ["path,label", "a/1.png,cat", "a/2.png,dog", "b/1.png,cat", '"b/ö, 2.png",dog']


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "data"
    for index, name in enumerate(IMAGES):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4), 50 * index, np.uint8)).save(path / name)
    return path


def write(path, rows, *, end="\n", encoding="utf-8"):
    path.write_bytes("".join(f"{row}{end}" for row in rows).encode(encoding))
    return path


def build(path, **params):
    return build_csv(CsvParams(path=path, **params), DatasetTask())


def refusal(path, **params):
    with pytest.raises(DataError) as caught:
        build(path, **params)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


def refused_rows(folder, *rows, **params):
    lines = refusal(write(folder / "list.csv", rows), **params).splitlines()
    assert lines[-1] == "Correct or remove them."
    return [line.removeprefix("  ") for line in lines[1:-1]]


def test_a_table_of_paths_and_labels_is_a_dataset(folder):
    source = build(write(folder / "list.csv", ROWS))
    assert source.classes == ("cat", "dog")
    assert source.samples.ids == IMAGES
    assert source.samples.labels.tolist() == [0, 1, 0, 1]
    assert (source.samples.splits, source.samples.groups, source.samples.weights) == (None, None, None)
    data = prepare(source, images=ImagesSettings(channels=1), split=SplitSettings(), seed=0)
    assert data.images[np.arange(4)][:, 0, 0, 0].tolist() == [0, 50, 100, 150]


@pytest.mark.parametrize(
    ("name", "delimiter", "end", "encoding"),
    [
        ("list.tsv", "\t", "\n", "utf-8"),
        ("list.txt", "\t", "\r\n", "utf-8"),
        ("list.csv", ";", "\r\n", "utf-8-sig"),  # Excel in most of Europe
        ("LIST.CSV", ",", "\r", "utf-8"),
    ],
)
def test_delimiters_line_ends_and_a_byte_order_mark_are_seen_by_themselves(folder, name, delimiter, end, encoding):
    header, *rows = ROWS
    rows = [header.replace(",", delimiter), *(row[::-1].replace(",", delimiter, 1)[::-1] for row in rows)]
    source = build(write(folder / name, rows, end=end, encoding=encoding))
    assert source.samples.ids == IMAGES
    assert source.classes == ("cat", "dog")


def test_a_delimiter_that_is_given_counts(folder):
    source = build(write(folder / "list.tsv", ["path|label", "a/1.png|x,y", "a/2.png|z;\t"]), delimiter="|")
    assert source.classes == ("x,y", "z;")


def test_columns_are_found_by_name_wherever_they_are(folder):
    rows = ["id, Breed ,file,who,set", "0,dog,a/1.png,Ann,train", "1,cat,a/2.png,,TEST", "2,cat,b/1.png,Ann,", ",,,,"]
    columns = {"path": "file", "label": "Breed", "split": "set", "group": "who"}
    source = build(write(folder / "l.csv", rows), **{f"{what}_column": name for what, name in columns.items()})
    assert source.samples.ids == IMAGES[:3]
    assert source.samples.labels.tolist() == [1, 0, 0]
    assert source.samples.splits == ("train", "test", None)
    assert source.samples.groups == ("Ann", None, "Ann")


def test_weights_are_those_of_training_compared_to_each_other(folder):
    header, *rows = ROWS
    cells = ["0.5", "", "1e0", "0"]
    table = write(folder / "list.csv", [f"{header},care", *map(",".join, zip(rows, cells, strict=True))])
    source = build(table, weight_column="care")
    assert (source.samples.weights.dtype, source.samples.weights.tolist()) == (np.float32, [0.5, 1, 1, 0])
    data = prepare(source, images=ImagesSettings(), split=SplitSettings(validation=0, test=0), seed=0)
    np.testing.assert_allclose(data.weights, np.array([0.5, 1, 1, 0]) * 4 / 2.5)


def test_weights_that_are_none_are_told_by_their_row(folder):
    cells = ["-1", "nan", "inf", "1e39", "much", "0,5"]
    rows = [f'a/1.png,cat,"{cell}"' for cell in cells]
    expected = "expected a number of at least 0, such as 0.5, or an empty cell"
    assert refused_rows(folder, "path,label,w", *rows, weight_column="w") == [
        f"row {number}: weight {cell!r}: {expected}" for number, cell in enumerate(cells, start=2)
    ]


def test_weights_that_are_all_zero_in_training_leave_nothing_to_learn_from(folder):
    rows = [
        f"{ROWS[0]},w,set",
        *(f"{row},{int(row[0] == 'b')},{'train' if row[0] == 'a' else 'test'}" for row in ROWS[1:3]),
    ]
    rows += ["b/1.png,cat,1,test"]
    source = build(write(folder / "list.csv", rows), weight_column="w", split_column="set")
    with pytest.raises(DataError, match="expected one above 0 among those of the 2 training images, found zeros only"):
        prepare(source, images=ImagesSettings(), split=SplitSettings(validation=0), seed=0)


def test_labels_that_are_whole_numbers_are_in_order_of_their_value(folder):
    source = build(write(folder / "list.csv", ["path,label", "a/1.png,10", "a/2.png,9"]))
    assert source.classes == ("9", "10")


def test_classes_given_are_the_labels_in_their_order(folder):
    source = build(write(folder / "list.csv", ROWS), classes=("dog", "eel", "cat"))
    assert source.classes == ("dog", "eel", "cat")
    assert source.samples.labels.tolist() == [2, 0, 2, 0]


def test_paths_start_from_the_root_that_is_given(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder / "a")
    table = write(tmp_path / "list.csv", ["path,label", "1.png,cat", "2.png,dog"])
    for root in (folder / "a", tmp_path / "link"):
        source = build(table, root=root)
        assert [source.read(row).samefile(folder / "a" / f"{row + 1}.png") for row in range(2)] == [True, True]


def test_the_fingerprint_follows_the_table_and_the_images_and_not_the_place(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "moved")
    header = "path,label,set,who"
    prints = {build(write(at / "list.csv", ROWS)).fingerprint() for at in (folder, tmp_path / "moved")}
    assert len(prints) == 1
    extended = [header, *(f"{row},train,Ann" for row in ROWS[1:])]
    weighted = ["path,label,w", *(f"{row},{number}" for number, row in enumerate(ROWS[1:]))]
    for rows, params in (
        ([ROWS[0], ROWS[1].replace("cat", "dog"), *ROWS[2:]], {}),
        (extended, {"split_column": "set"}),
        (extended, {"group_column": "who"}),
        (weighted, {"weight_column": "w"}),
        (ROWS, {"classes": ("dog", "cat")}),
    ):
        prints.add(build(write(folder / "list.csv", rows), **params).fingerprint())
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder / IMAGES[1])
    prints.add(build(write(folder / "list.csv", ROWS)).fingerprint())
    assert len(prints) == 7


def test_the_fingerprint_passes_over_a_folder_in_place_of_an_image_and_files_name_the_table(folder):
    source = build(write(folder / "list.csv", [*ROWS, "a,cat"]))
    assert len(source.fingerprint()) == 64
    assert set(source.files) == {str(folder / name) for name in (*IMAGES, "a", "list.csv")}


def test_a_missing_column_is_named_with_those_that_are_there(folder):
    table = write(folder / "list.csv", ["paths;labels", "a/1.png;cat"])
    message = refusal(table)
    assert "row 1: expected a column 'path', found 'paths', 'labels'; did you mean 'paths'?" in message
    assert "expected a column 'set'" in refusal(table, path_column="paths", label_column="labels", split_column="set")


def test_a_column_that_is_there_twice_is_refused(folder):
    assert "expected one column 'label', found 2" in refusal(write(folder / "l.csv", ["path,label,label", "a,b,c"]))


def test_every_row_that_is_wrong_is_told_by_its_number(folder):
    assert refused_rows(
        folder,
        "path,label,set",
        "a/1.png,,train",
        "",
        "a/2.png,cart,train",
        "b/1.png,cat,training set",
        ",cat,train",
        "a/none.png,dog,test",
        "a/1.png/more,dog,test",
        split_column="set",
        classes=("cat", "dog"),
    ) == [
        "row 2: expected a label, found an empty cell",
        "row 4: label 'cart' is none of the 2 classes; did you mean 'cat'?",
        "row 5: split 'training set': expected train, val (valid, validation) or test, or an empty cell",
        "row 6: expected a path, found an empty cell",
        f"row 7: path 'a/none.png': No such file or directory (below {folder})",
        f"row 8: path 'a/1.png/more': Not a directory (below {folder})",
    ]


def test_what_is_wrong_with_many_rows_is_told_of_the_first(folder):
    message = refusal(write(folder / "list.csv", ["path,label", *(f"{index}.png,cat" for index in range(1000))]))
    assert f"{folder / 'list.csv'}: 1,000 of 1,000 rows cannot be used:\n  row 2: " in message
    assert "\n  and 980 more\n" in message


@pytest.mark.parametrize(
    "path", ["../secret.png", "a/../../secret.png", "out.png", "away/secret.png", "../nothing", "../data-2/1.png"]
)
def test_a_path_that_leads_out_of_the_root_is_refused(folder, path):
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder.parent / "secret.png")
    shutil.copytree(folder / "a", folder.parent / "data-2")
    (folder / "out.png").symlink_to("../secret.png")
    (folder / "away").symlink_to("..")
    (row,) = refused_rows(folder, *ROWS, f"{path},cat")
    assert row == f"row 6: path {path!r}: expected one that stays below {folder}, found one that leads out; set root"


def test_an_absolute_path_is_refused_even_below_the_root(folder):
    (row,) = refused_rows(folder, *ROWS, f"{folder / 'a/1.png'},cat")
    assert row.endswith(f"expected one relative to {folder}")


@pytest.mark.parametrize("path", ["a", "a/", ".", "a/.."])
def test_a_folder_is_no_image(folder, path):
    table = write(folder / "list.csv", [*ROWS, f"{path},cat"])
    with pytest.raises(DataError, match=r"row 6: .*found a folder|not a regular file|Is a directory"):
        prepare(build(table), images=ImagesSettings(), split=SplitSettings(), seed=0)


def test_links_that_stay_below_the_root_are_followed_and_circles_refused(folder):
    (folder / "c.png").symlink_to("a/1.png")
    assert len(build(write(folder / "list.csv", [*ROWS, "c.png,cat"])).samples.ids) == 5
    (folder / "circle.png").symlink_to("circle.png")
    (row,) = refused_rows(folder, *ROWS, "circle.png,cat")
    assert "Too many levels of symbolic links" in row


def test_what_is_no_regular_file_is_refused_by_prepare_and_never_opened(folder):
    os.mkfifo(folder / "fifo.png")
    source = build(write(folder / "list.csv", [*ROWS, "fifo.png,cat"]))
    with pytest.raises(DataError, match=r"fifo\.png: expected an image file"):
        prepare(source, images=ImagesSettings(), split=SplitSettings(), seed=0)


def test_an_image_twice_is_refused_and_a_second_label_said(folder):
    assert refused_rows(folder, *ROWS, "a/2.png,cat", "b/../a/1.png,cat") == [
        "row 6: 'a/2.png' is 'cat' here and 'dog' in row 3; expected every image once",
        "row 7: 'b/../a/1.png' is the image of row 2; expected every image once",
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "expected a row that names the columns, found an empty file"),
        (b"\n\n", "expected a row that names the columns"),
        (b"path,label\n", "expected a row for each image below the header, found none"),
        (b"path,label\na.png,caf\xe9\n", "line 2: expected text in UTF-8, found the bytes b'\\xe9\\n'"),
        ("path,label\n".encode("utf-16"), "line 1: expected text in UTF-8"),
        (b"path,label\na,b\nc\0,d\n", "line 3: expected text in UTF-8, found a zero byte"),
        (b"path,label\na,b,c\n\na\n", "2 rows with another number:\n  row 2: 3 cells\n  row 4: 1 cell"),
        (b'path,label\n"a,b\n', "line 2: expected a table, found it broken: unexpected end of data"),
        (b"<html>" + b"x" * 200_000, "expected a table, found it broken: field larger than field limit"),
    ],
)
def test_what_is_no_table_is_refused_with_what_is_wrong_with_it(tmp_path, content, found):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    assert found in refusal(path)


def test_a_missing_table_and_a_fifo_are_refused(tmp_path):
    assert "found nothing there" in refusal(tmp_path / "list.csv")
    os.mkfifo(tmp_path / "fifo.csv")
    assert "found something else" in refusal(tmp_path / "fifo.csv")
    assert "found something else" in refusal(tmp_path)
