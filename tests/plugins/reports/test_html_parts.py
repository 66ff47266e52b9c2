"""The parts of report.html, each held against what it is made from."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from report_pages import THREE, document_of, page_of, predictions_of
from sightkit import Predictions, wilson_interval
from splits import built, splits

MODEL = {"best_epoch": 2, "weights_sha256": "ab"}
RAN = {"seed": 7, "data": {}}


def section(page, name):
    """Return a part of a page."""
    return page.partition(f'<section id="{name}">')[2].partition("</section>")[0]


def rows_of(part):
    """Return the texts of the cells of all rows of the bodies of tables, tags and runs of space taken out."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", part, re.DOTALL)
    rows = [row for body in bodies for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub("<[^>]*>", "", cell).split()) for cell in row] for row in cells]


@given(split=splits())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_calibration_error_of_the_page_is_that_of_the_metric(tmp_path, split):
    labels, probabilities = split
    predictions = Predictions(ids=tuple(map(str, range(len(labels)))), labels=labels, probabilities=probabilities)
    part = section(page_of(predictions, tmp_path, classes=tuple("abcdef"[: probabilities.shape[1]])), "calibration")
    (error,) = re.findall(r"Expected calibration error: <strong>(.*?)<", part)
    assert float(error) == pytest.approx(built("calibration-error")(labels, probabilities).value, abs=5.1e-5)
    assert sum(int(row[1]) for row in rows_of(part)) == len(labels)


def test_the_reliability_diagram_has_the_share_that_was_right_over_how_sure_the_model_was(tmp_path):
    certainty = np.array([0.6, 0.6, 0.62, 0.62, 1.0])
    predictions = Predictions(
        ids=tuple("abcde"), labels=np.array([0, 1, 0, 1, 0]), probabilities=np.column_stack([certainty, 1 - certainty])
    )
    part = section(page_of(predictions, tmp_path, classes=("a", "b")), "calibration")
    # Two of fifteen bins meet at 0.6, which belongs to the lower one.
    assert rows_of(part) == [
        ["53 to 60 %", "2", "60.0 %", "50.0 %"],
        ["60 to 67 %", "2", "62.0 %", "50.0 %"],
        ["93 to 100 %", "1", "100.0 %", "100.0 %"],
    ]
    assert "<strong>0.0880</strong>" in part  # (2 x 0.1 + 2 x 0.12) / 5


def test_the_table_of_classes_has_recall_precision_and_f1_with_intervals_and_the_worst_confusion(tmp_path):
    page = page_of(THREE, tmp_path, data={"images_per_class": {"train": [7, 8, 9]}})
    low, high = wilson_interval(1, 3)
    third, two = f"{low:.4f} to {high:.4f}", "{:.4f} to {:.4f}".format(*wilson_interval(1, 2))
    one = "{:.4f} to {:.4f}".format(*wilson_interval(1, 1))
    assert rows_of(section(page, "classes")) == [
        ["cat", "7", "3", "0.3333", third, "0.5000", two, "0.4000", "dog 2"],
        ["dog", "8", "2", "0.5000", two, "0.3333", third, "0.4000", "cat 1"],
        ["fox", "9", "1", "1.0000", one, "1.0000", one, "1.0000", ""],
    ]


@given(split=splits())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_table_of_classes_says_what_the_metrics_say_of_absent_classes_too(tmp_path, split):
    labels, probabilities = split
    classes = probabilities.shape[1]
    predictions = Predictions(ids=tuple(map(str, range(len(labels)))), labels=labels, probabilities=probabilities)
    rows = rows_of(section(page_of(predictions, tmp_path, classes=tuple("abcdef"[:classes])), "classes"))
    for column, name in ((2, "recall"), (4, "precision"), (6, "f1")):
        score = built(name, classes=classes)(labels, probabilities)
        told = [float(row[column]) if row[column] != "\N{EN DASH}" else math.nan for row in rows]
        assert told == pytest.approx(score.per_class, abs=5.1e-5, nan_ok=True)
        if name != "f1":
            ends = [" to ".join(f"{end:.4f}" for end in each) for each in score.per_class_intervals]
            assert [row[column + 1] for row in rows] == [each.replace("nan to nan", "\N{EN DASH}") for each in ends]


def test_the_most_confused_pairs_come_first_and_open_their_cell(tmp_path):
    part = section(page_of(THREE, tmp_path), "confusion")
    assert rows_of(part)[-2:] == [["cat", "dog", "2", "66.7 %"], ["dog", "cat", "1", "50.0 %"]]
    assert re.findall(r'class="plain" data-cell="(.*?)">(.*?)<', part) == [("0,1", "dog"), ("1,0", "cat")]


def test_classes_that_are_taken_for_each_other_stand_side_by_side_in_the_page(tmp_path):
    group = np.arange(30) % 6
    labels, predicted = np.divmod(np.flatnonzero((group[:, None] == group).ravel()), 30)
    page = page_of(predictions_of(labels, predicted, classes=30), tmp_path, classes=tuple(map(str, range(30))))
    order = document_of(page)["order"]
    assert sorted(order) == list(range(30))
    assert np.count_nonzero(np.diff(group[order])) == 5  # six groups, each in one piece


def test_a_mistake_is_the_worse_the_less_probable_the_actual_class_was(tmp_path):
    probabilities = np.array([[0.05, 0.9, 0.05], [0.02, 0.5, 0.48], [0.05, 0.45, 0.5]])
    predictions = Predictions(ids=("b", "a", "c"), labels=np.zeros(3, dtype=np.int64), probabilities=probabilities)
    part = section(page_of(predictions, tmp_path), "mistakes").partition("The least certain")[0]
    assert re.findall(r'class="id">(.*?)<', part) == ["a", "b", "c"]
    assert "90.0 % for dog, 5.0 % for cat" in part


def test_in_a_cell_the_surest_mistake_and_the_least_sure_right_answer_come_first(tmp_path):
    certainty = np.array([0.6, 0.9, 0.7, 0.6, 0.9, 0.7])
    right = np.array([1, 1, 1, 0, 0, 0])
    first = np.where(right, certainty, 1 - certainty)
    predictions = Predictions(
        ids=tuple("abcdef"), labels=np.zeros(6, dtype=np.int64), probabilities=np.column_stack([first, 1 - first])
    )
    document = document_of(page_of(predictions, tmp_path, classes=("x", "y")))
    named = {tuple(cell[:2]): "".join(document["images"][index][0] for index in cell[3]) for cell in document["cells"]}
    assert named == {(0, 0): "acb", (0, 1): "efd"}
    assert "".join(name for name, *_ in document["images"]) == "efdacb", "room for pictures goes to mistakes first"


def test_a_loss_that_falls_far_is_drawn_by_its_logarithm(tmp_path):
    def heights(losses):
        history = [{"epoch": epoch, "stage": 1, "loss": loss} for epoch, loss in enumerate(losses, start=1)]
        page = page_of(THREE, tmp_path, history=history)
        (line,) = re.findall(r'class="line training" d="M(.*?)"', section(page, "training"))
        return [float(point.split()[1]) for point in line.split("L")], "on a logarithmic scale" in page

    (first, second, third), logarithmic = heights([1.0, 0.1, 0.01])
    assert logarithmic
    assert second - first == pytest.approx(third - second, abs=0.02)
    (first, second, third), logarithmic = heights([1.0, 0.8, 0.6])
    assert not logarithmic
    assert second - first == pytest.approx(third - second, abs=0.02)


def test_the_dashed_line_is_at_the_best_epoch_and_a_stage_begins_between_two(tmp_path):
    history = [{"epoch": epoch, "stage": 1 + epoch // 3, "loss": 1 / epoch} for epoch in range(1, 4)]
    part = section(page_of(THREE, tmp_path, history=history, manifest={**RAN, "model": MODEL}), "training")
    points = [float(point.split()[0]) for point in re.search(r'd="M(.*?)"', part)[1].split("L")]
    assert float(re.search(r'class="best" x1="(.*?)"', part)[1]) == points[1]
    assert float(re.search(r'class="stage" x1="(.*?)"', part)[1]) == pytest.approx((points[1] + points[2]) / 2)


@pytest.mark.parametrize(
    "rates", [(1e-3, 1e-3), (7.5e-4, 7.5e-4), (1e-3, 1.1e-3), (0.001, 0.002), (3e-5, 3.3e-5), (12.0, 12.0)]
)
def test_the_labels_of_a_chart_are_the_values_of_its_ticks(tmp_path, rates):
    history = [{"epoch": epoch, "stage": 1, "loss": 0.5, "learning_rate": rate} for epoch, rate in enumerate(rates, 1)]
    part = section(page_of(THREE, tmp_path, history=history), "training").partition("Learning rate")[2]
    # The ticks beside the curve; below it are others.
    labels = re.findall(r'y="([\d.]+)" text-anchor="end">([\d.e-]+)</text>', part)
    ticks = [(float(place), float(label)) for place, label in labels]
    assert len(ticks) >= 3
    slopes = [(place - last) / (value - before) for (last, before), (place, value) in pairwise(ticks)]
    assert slopes == pytest.approx([slopes[0]] * len(slopes), rel=0.01)


def test_a_training_of_one_epoch_has_one_tick(tmp_path):
    history = [{"epoch": 1, "stage": 1, "loss": 0.5}]
    part = section(page_of(THREE, tmp_path, history=history), "training")
    (place,) = re.findall(r'<circle class="point training" cx="(.*?)"', part)
    # The ticks below the curve stand in its middle; those beside it have another anchor.
    assert re.findall(r'<text x="(.*?)" y="\d+" text-anchor="middle">(.*?)</text>', part) == [(place, "1")]
    assert float(place) == (44 + 332) / 2


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["/usr/bin/sightkit", "run", "my file.toml", "-s", "x=1"], "sightkit run &#39;my file.toml&#39; -s x=1"),
        (["/x/sightkit/__main__.py", "run", "--debug", "a.toml"], "sightkit run a.toml"),
        (["train.py", "run", "a.toml"], None),
        (["sightkit", "resume", "pets"], None),
    ],
)
def test_the_command_that_was_typed_is_told_and_any_run_can_be_repeated_from_its_settings(tmp_path, argv, command):
    page = page_of(THREE, tmp_path, manifest={**RAN, "argv": argv}, settings="[training]\nepochs = 3\n")
    commands = re.findall(r'<pre class="code">(sightkit .*?)</pre>', section(page, "run"))
    assert commands == [*([command] if command else []), "sightkit run pets.toml"]
    assert "epochs = 3" in section(page, "run")


def test_what_ran_is_told_with_seed_versions_and_plugins(tmp_path):
    component = {"role": "dataset", "name": "image-folder", "plugin": "acme", "origin": "acme-vision 1.2"}
    manifest = {**RAN, "components": [component], "packages": {"keras": "3.15.1"}, "argv": []}
    part = section(page_of(THREE, tmp_path, manifest=manifest), "run")
    assert "<dt>seed</dt><dd>7</dd>" in part
    assert "keras 3.15.1" in part
    assert rows_of(part) == [["dataset", "image-folder", "acme", "acme-vision 1.2"]]
    memory = page_of(THREE, tmp_path, manifest={**RAN, "data": {"repeatable": False}, "argv": ["sightkit", "run", "x"]})
    assert "can't be repeated from files alone" in section(memory, "run")
    assert "To repeat it" not in memory


def test_the_data_is_told_with_its_splits_and_the_first_cases_of_each_finding(tmp_path):
    cases = [{"images": [f"{number}.png"], "detail": ""} for number in range(23)]
    finding = {"kind": "odd-sizes", "summary": "23 images are tiny", "remedy": "leave them out", "cases": cases}
    data = {"images_per_class": {"train": [5, 9, 7], "test": [1, 2, 3]}, "findings": [finding]}
    part = section(page_of(THREE, tmp_path, data=data), "data")
    assert rows_of(part) == [["train", "21", "5", "9"], ["test", "6", "1", "3"]]
    assert "23 images are tiny; leave them out." in part
    assert re.findall(r'<li class="code">(.*?)<', part) == [f"{number}.png" for number in range(20)]
    assert "and 3 more, in data.json" in part


def test_scores_of_images_that_were_trained_on_or_are_in_two_splits_come_with_a_warning(tmp_path):
    finding = {"kind": "duplicate-across-splits", "summary": "2 images are in two splits", "remedy": "x", "cases": []}
    assert "data in which 2 images are in two splits" in page_of(THREE, tmp_path, data={"findings": [finding]})
    assert "No images were set apart" not in page_of(THREE, tmp_path)


def test_a_network_is_drawn_by_the_sizes_of_its_maps_and_every_layer_is_listed(tmp_path):
    import keras

    inner = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, padding="same"), keras.layers.MaxPooling2D()]
    )
    model = keras.Sequential([keras.Input((8, 8, 1)), inner, keras.layers.Flatten(), keras.layers.Dense(3)])
    part = section(page_of(THREE, tmp_path, model=lambda: model), "network").replace("\N{MULTIPLICATION SIGN}", "x")
    assert f"{model.count_params():,} parameters in 4 layers." in part
    assert [row[1:] for row in rows_of(part)] == [
        ["Conv2D", "8 x 8 x 4", "40"],
        ["MaxPooling2D", "4 x 4 x 4", ""],
        ["Flatten", "64", ""],
        ["Dense", "3", "195"],
    ]
    assert 'aria-label="8 x 8 x 4 from 1 layer, then 4 x 4 x 4 from 1 layer, then 3 from 2 layers."' in part
    heights = [float(height) for height in re.findall(r'<rect [^>]*height="(.*?)"', part)]
    assert heights[0] > heights[1]


def test_a_page_of_two_classes_has_the_numbers_of_its_matrix(tmp_path):
    predictions = predictions_of([0, 0, 0, 1], [0, 0, 1, 1], classes=2)
    part = section(page_of(predictions, tmp_path, classes=("a", "b")), "confusion")
    buttons = re.findall(r'class="(right|wrong) s\d+" data-cell="(.*?)" aria-label="(.*?)">(\d+)<', part)
    assert buttons == [
        ("right", "0,0", "2 images of a taken for a", "2"),
        ("wrong", "0,1", "1 image of a taken for b", "1"),
        ("right", "1,1", "1 image of b taken for b", "1"),
    ]
