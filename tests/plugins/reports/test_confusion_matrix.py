import csv
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len
from sklearn.metrics import multilabel_confusion_matrix, precision_recall_fscore_support

from sightkit import Predictions, ReportTask
from sightkit_plugins.reports._confusion import count_confusions
from sightkit_plugins.reports._confusion_order import similarity_order
from sightkit_plugins.reports._confusion_text import describe
from sightkit_plugins.reports.confusion_matrix import ConfusionMatrixParams, build_confusion_matrix

ODD_NAMES = (
    r"$\frac{a}{b}$",
    r"$\nosuchcommand$",
    "a\nb\tc",
    "猫",
    "\N{CAT FACE} cat \N{PILE OF POO}",
    '=HYPERLINK("https://example.org")',
    "<script>alert(1)</script>",
    "x" * 500,
    "caf\udce9",
    "\x1b[31mred\N{RIGHT-TO-LEFT OVERRIDE}gnp",
    "",
    "\N{HEBREW LETTER SHIN}%d {} \\",
)


def predictions_of(labels, predicted, *, classes):
    probabilities = np.eye(classes)[np.asarray(predicted, dtype=np.int64)]
    ids = tuple(f"{index}.png" for index in range(len(labels)))
    return Predictions(ids=ids, labels=np.asarray(labels, dtype=np.int64), probabilities=probabilities)


def random_predictions(*, classes, images):
    random = np.random.default_rng(classes)
    labels = random.integers(classes, size=images)
    predicted = np.where(random.random(images) < 0.8, labels, random.integers(classes, size=images))
    return predictions_of(labels, predicted, classes=classes)


def report(splits, folder, *, names, normalise=True):
    task = ReportTask(classes=tuple(names), experiment="flowers")
    return build_confusion_matrix(ConfusionMatrixParams(normalise=normalise), task)(splits, folder)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


CATS_AND_DOGS = predictions_of([0, 0, 0, 0, 1], [0, 0, 0, 1, 1], classes=3)


def test_counts_and_rates_are_written_as_tables(tmp_path):
    output = report({"test": CATS_AND_DOGS}, tmp_path, names=("cat", "dog", "fox, red"))
    assert [file.name for file in output.files] == [
        "confusion-matrix-test.png",
        "confusion-matrix-test.svg",
        "confusion-matrix-test.csv",
        "confusion-matrix-test-rates.csv",
        "confusion-matrix-test-pairs.csv",
        "confusion-matrix-test-classes.csv",
    ]
    assert sorted(tmp_path.iterdir()) == sorted(output.files)
    assert rows_of(tmp_path / "confusion-matrix-test.csv") == [
        ["actual / predicted", "cat", "dog", "fox, red"],
        ["cat", "3", "1", "0"],
        ["dog", "0", "1", "0"],
        ["fox, red", "0", "0", "0"],
    ]
    assert rows_of(tmp_path / "confusion-matrix-test-rates.csv")[1:] == [
        ["cat", "0.75", "0.25", "0.0"],
        ["dog", "0.0", "1.0", "0.0"],
        ["fox, red", "", "", ""],
    ]


def test_confused_pairs_are_written_with_the_most_frequent_first(tmp_path):
    labels, predicted = [0, 0, 0, 0, 1, 1, 2, 2, 2, 2], [1, 1, 2, 0, 0, 1, 0, 2, 2, 2]
    report({"test": predictions_of(labels, predicted, classes=3)}, tmp_path, names=("cat", "=1+1", "fox"))
    assert rows_of(tmp_path / "confusion-matrix-test-pairs.csv") == [
        ["actual", "predicted", "images", "share of the actual class"],
        ["cat", "'=1+1", "2", "0.5"],
        ["'=1+1", "cat", "1", "0.5"],
        ["cat", "fox", "1", "0.25"],
        ["fox", "cat", "1", "0.25"],
    ]


def test_each_class_has_its_true_and_false_positives_and_negatives(tmp_path):
    splits = random_predictions(classes=4, images=100)
    absent = predictions_of(splits.labels, splits.probabilities.argmax(axis=1), classes=5)
    report({"test": absent}, tmp_path, names="abcde")
    header, *rows = rows_of(tmp_path / "confusion-matrix-test-classes.csv")
    assert header == [
        "class", "images", "predicted", "true positives", "false positives", "false negatives", "true negatives",
        "precision", "recall", "f1",
    ]  # fmt: skip
    predicted = absent.probabilities.argmax(axis=1)
    matrices = multilabel_confusion_matrix(absent.labels, predicted, labels=range(5))
    rates = precision_recall_fscore_support(absent.labels, predicted, labels=range(5), zero_division=0)
    for label, ((tn, fp), (fn, tp)) in enumerate(matrices.tolist()):
        assert rows[label][1:7] == [str(count) for count in (tp + fn, tp + fp, tp, fp, fn, tn)]
        if label < 4:
            assert [float(cell) for cell in rows[label][7:]] == pytest.approx([r[label] for r in rates[:3]], abs=1e-6)
    assert rows[4] == ["e", "0", "0", "0", "0", "0", "100", "", "", ""]


def test_classes_that_are_taken_for_each_other_stand_side_by_side():
    random = np.random.default_rng(0)
    group = random.permutation(60) // 5
    labels = np.repeat(np.arange(60), 20)
    predicted = [random.choice(np.flatnonzero(group == group[label])) for label in labels]
    predictions = predictions_of(labels, predicted, classes=60)
    order = similarity_order(count_confusions(predictions, classes=tuple(map(str, range(60)))))
    assert sorted(order) == list(range(60))
    assert np.count_nonzero(np.diff(group[order])) == 11  # twelve groups, each in one piece


@pytest.mark.parametrize("classes", [2, 3, 31])
def test_classes_without_images_and_without_mistakes_can_be_ordered(classes):
    predictions = predictions_of([0, 1], [0, 1], classes=classes)
    order = similarity_order(count_confusions(predictions, classes=tuple(map(str, range(classes)))))
    assert sorted(order) == list(range(classes))


def test_names_rows_and_columns_of_a_large_picture_stand_in_the_same_order(tmp_path):
    # The last class is often taken for the first one, and so moves beside it; it alone has a name that can be seen.
    labels = np.repeat(np.arange(40), 4)
    predicted = labels.copy()
    predicted[-2:], predicted[:2] = 0, 39
    predictions, names = predictions_of(labels, predicted, classes=40), ("i",) * 39 + ("M" * 24,)
    place = similarity_order(count_confusions(predictions, classes=names)).tolist().index(39)
    assert place < 39
    with Image.open(report({"test": predictions}, tmp_path, names=names).files[0]) as picture:
        dark = np.asarray(picture.convert("L")) < 160
    cell = 36  # pixels; no letter has as long a line
    runs = np.lib.stride_tricks.sliding_window_view(dark, cell, axis=1).all(axis=2)
    top, left = np.argwhere(runs)[0]
    centres = cell * np.arange(40) + cell // 2
    assert dark[top + centres, left + centres].all()
    name = np.flatnonzero(dark[:, left - 300 : left - 60].any(axis=1))
    assert (name.mean() - top) // cell == place


def test_the_svg_is_the_same_every_time_and_has_names_as_shapes(tmp_path):
    splits = {"test": random_predictions(classes=len(ODD_NAMES), images=400)}
    picture = report(splits, tmp_path, names=ODD_NAMES).files[1]
    plain = picture.read_bytes()
    assert ElementTree.fromstring(plain).tag == "{http://www.w3.org/2000/svg}svg"
    assert b"alert(1)</script>" not in plain
    assert b"<text" not in plain
    assert report(splits, tmp_path, names=ODD_NAMES).files[1].read_bytes() == plain


def test_the_terminal_shows_counts_and_the_recall_of_each_class(tmp_path):
    output = report({"test": CATS_AND_DOGS}, tmp_path, names=("cat", "dog", "fox"))
    assert output.text.splitlines() == [
        "test: 4 of 5 images right, 80.0 %; rows are actual classes, columns predicted ones",
        "",
        "     cat  dog  fox   recall",
        "cat    3    1    .   75.0 %",
        "dog    .    1    .  100.0 %",
        "fox    .    .    .        -",
    ]


def test_columns_are_numbered_where_names_are_too_wide(tmp_path):
    names = [f"species number {label}" for label in range(11)]
    lines = report({"test": random_predictions(classes=11, images=50)}, tmp_path, names=names).text.splitlines()[2:]
    assert lines[0].split() == [*map(str, range(11)), "recall"]
    assert lines[1].startswith(" 0 species number 0 ")
    assert lines[11].startswith("10 species number 10 ")


def test_lines_align_with_wide_characters_and_hold_no_control_characters(tmp_path):
    splits = {"test": random_predictions(classes=len(ODD_NAMES), images=400)}
    text = report(splits, tmp_path, names=ODD_NAMES).text
    assert all(character.isprintable() for line in text.split("\n") for character in line)
    table = text.split("\n")[2:]
    assert len(table) == 1 + len(ODD_NAMES)
    assert len({cell_len(line) for line in table}) == 1
    assert "[31mredgnp" in text
    assert "class 10" in text
    text.encode()


def test_of_many_classes_the_most_confused_pairs_are_shown(tmp_path):
    labels = [*range(30), 1, 1, 1, 2, 2, 2, 2, 5]
    predicted = [*range(30), 7, 7, 2, 3, 3, 2, 2, 6]
    splits = {"test": predictions_of(labels, predicted, classes=30)}
    lines = report(splits, tmp_path, names=[f"class-{label}" for label in range(30)]).text.splitlines()
    assert lines[0] == "test: 32 of 38 images right, 84.2 %"
    assert [line.split() for line in lines[3:]] == [
        ["actual", "class", "taken", "for", "images", "of", "the", "class"],
        ["class-1", "class-7", "2", "50.0", "%"],
        ["class-2", "class-3", "2", "40.0", "%"],
        ["class-5", "class-6", "1", "50.0", "%"],
        ["class-1", "class-2", "1", "25.0", "%"],
    ]


@pytest.mark.parametrize(("classes", "lines"), [(2, 5), (10, 13), (20, 23), (21, 14), (200, 14)])
def test_up_to_twenty_classes_are_shown_in_full_and_of_more_the_ten_most_confused_pairs(classes, lines):
    matrix = count_confusions(random_predictions(classes=classes, images=2000), classes=tuple(map(str, range(classes))))
    text = describe(matrix, split="test")
    assert len(text.splitlines()) == lines
    assert ("most confused" in text) == (classes > 20)


def test_of_many_classes_and_no_mistake_it_says_so(tmp_path):
    splits = {"test": predictions_of(range(30), range(30), classes=30)}
    text = report(splits, tmp_path, names=map(str, range(30))).text
    assert text.endswith("no image was taken for another class")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["train", "validation", "test"], ["test", "validation"]),
        (["train", "validation"], ["validation"]),
        (["train"], ["train"]),
        ([], []),
    ],
)
def test_splits_that_were_not_trained_on_are_shown_test_first(tmp_path, given, shown):
    output = report(dict.fromkeys(given, CATS_AND_DOGS), tmp_path, names="abc")
    pictures = [file.name for file in output.files if file.suffix == ".png"]
    assert pictures == [f"confusion-matrix-{split}.png" for split in shown]
    assert output.text.partition(":")[0] == (shown[0] if shown else "")


def test_a_split_without_images_is_passed_over(tmp_path):
    output = report({"test": predictions_of([], [], classes=3)}, tmp_path, names="abc")
    assert output.files == ()
    assert output.text == ""


def test_no_class_name_is_a_formula_in_a_spreadsheet(tmp_path):
    names = (
        "=1+1",
        "+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "-x",
        "\t=1",
        "\N{FULLWIDTH EQUALS SIGN}1",
        "-1",
        "+2.5e3",
        "a=b",
    )
    report({"test": random_predictions(classes=9, images=9)}, tmp_path, names=names)
    header, *rows = rows_of(tmp_path / "confusion-matrix-test.csv")
    assert header[1:] == [*(f"'{name}" for name in names[:6]), "-1", "+2.5e3", "a=b"]
    assert [row[0] for row in rows] == header[1:]


def test_odd_class_names_are_drawn_and_tabled(tmp_path):
    splits = {"test": random_predictions(classes=len(ODD_NAMES), images=400)}
    output = report(splits, tmp_path, names=ODD_NAMES)
    with Image.open(output.files[0]) as picture:
        assert max(picture.size) < 2500
    header = rows_of(output.files[2])[0]
    assert header[1:4] == list(ODD_NAMES[:3])
    assert header[9] == "caf\\udce9"


@pytest.mark.parametrize(("classes", "smallest", "largest"), [(2, 500, 1000), (10, 1000, 1600), (200, 2700, 4000)])
def test_the_picture_grows_with_the_classes(tmp_path, classes, smallest, largest):
    splits = {"test": random_predictions(classes=classes, images=20 * classes)}
    output = report(splits, tmp_path, names=[f"species-{label}" for label in range(classes)])
    with Image.open(output.files[0]) as picture:
        assert smallest < min(picture.size) <= max(picture.size) < largest
    assert output.files[0].stat().st_size < 2_000_000


def cell_of(path, *, at):
    """Return how dark the pixels of a cell of a two-class picture are, without its border."""
    with Image.open(path) as picture:
        dark = 255 - np.asarray(picture.convert("L"), dtype=int)
    cell = 192  # pixels; the first cell is dark, and no line of text has as many dark pixels
    left = np.flatnonzero((dark > 135).sum(axis=0) > 0.8 * cell)[0]
    top = np.flatnonzero((dark > 135)[:, left : left + cell].sum(axis=1) > 0.8 * cell)[0]
    top, left = top + at[0] * cell, left + at[1] * cell
    return dark[top + 10 : top + cell - 10, left + 10 : left + cell - 10]


def darkness(path, *, at):
    """Return how dark a cell is near its upper left corner, where no number is."""
    return cell_of(path, at=at)[0, 0]


def test_a_number_stands_in_the_cell_that_it_counts_and_none_where_there_is_nothing(tmp_path):
    picture = report(
        {"test": predictions_of([0] * 9 + [0, 1], [0] * 9 + [1, 1], classes=2)}, tmp_path, names="ab"
    ).files[0]
    assert np.ptp(cell_of(picture, at=(0, 1))) > 100
    assert np.ptp(cell_of(picture, at=(1, 0))) == 0


def test_colour_is_the_share_of_the_class_or_the_number_of_images(tmp_path):
    unbalanced = {"test": predictions_of([0] * 99 + [1], [0] * 99 + [1], classes=2)}
    picture = report(unbalanced, tmp_path, names="ab").files[0]
    assert darkness(picture, at=(1, 1)) == darkness(picture, at=(0, 0)) > 150 > darkness(picture, at=(0, 1))
    picture = report(unbalanced, tmp_path, names="ab", normalise=False).files[0]
    assert darkness(picture, at=(1, 1)) < 60 < 150 < darkness(picture, at=(0, 0))


def test_settings_of_the_host_neither_change_the_picture_nor_are_changed(tmp_path):
    picture = report({"test": CATS_AND_DOGS}, tmp_path, names="abc").files[0]
    plain = picture.read_bytes()
    with mpl.rc_context({"font.size": 30, "savefig.facecolor": "red", "image.origin": "lower", "text.color": "green"}):
        before = dict(mpl.rcParams)
        assert report({"test": CATS_AND_DOGS}, tmp_path, names="abc").files[0].read_bytes() == plain
        assert dict(mpl.rcParams) == before


def test_a_fresh_process_in_a_strangers_folder_draws_the_same_picture_without_pyplot(tmp_path):
    expected = report({"test": CATS_AND_DOGS}, tmp_path, names="abc").files[0].read_bytes()
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    (stranger / "matplotlibrc").write_text("text.usetex: True\nsavefig.facecolor: red\nfont.size: 40\n")
    program = """
import sys
import numpy as np
from pathlib import Path
from sightkit import Predictions, ReportTask
from sightkit_plugins.reports.confusion_matrix import ConfusionMatrixParams, build_confusion_matrix
predicted = np.eye(3)[[0, 0, 0, 1, 1]]
predictions = Predictions(ids=tuple("abcde"), labels=np.array([0, 0, 0, 0, 1]), probabilities=predicted)
task = ReportTask(classes=("a", "b", "c"), experiment="flowers")
build_confusion_matrix(ConfusionMatrixParams(), task)({"test": predictions}, Path.cwd())
assert "matplotlib.pyplot" not in sys.modules
import matplotlib
assert Path(matplotlib.matplotlib_fname()).resolve().parent == Path.cwd()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=stranger, check=True)
    assert (stranger / "confusion-matrix-test.png").read_bytes() == expected


def test_offering_the_plugins_imports_nothing_heavy():
    program = """
import sys
import sightkit_plugins.metrics.accuracy, sightkit_plugins.metrics.precision, sightkit_plugins.metrics.recall
import sightkit_plugins.metrics.f1, sightkit_plugins.reports.confusion_matrix
print(sorted({"numpy", "matplotlib", "sklearn", "scipy", "PIL", "tensorflow", "keras"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=Path.home())
    assert done.stdout == "[]\n"
