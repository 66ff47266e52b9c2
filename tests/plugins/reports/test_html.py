"""report.html as a file: what is in it, whatever is known of a run and whatever its names are."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from report_pages import THREE, document_of, page_of, predictions_of, squares
from sightkit import Predictions, ReportTask
from sightkit_plugins.reports.html import HtmlParams, build_html

NASTY = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "a\nb\tc",
    "{{ 7 * 7 }}",
    "caf\udce9 \N{CAT FACE} 猫 &amp;",
)


class Elements(HTMLParser):
    """What a browser would make of a page: its tags with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_predictions_alone_make_a_page(tmp_path):
    page = page_of(THREE, tmp_path)
    assert "<strong>50.0 %</strong> of 6 images in the test split were classified right, among 3 classes." in page
    assert "The images were not at hand when this page was made." in page
    assert [cell[:3] for cell in document_of(page)["cells"]] == [
        [0, 1, 2],
        [0, 0, 1],
        [1, 0, 1],
        [1, 1, 1],
        [2, 2, 1],
    ]
    for absent in ("training", "data", "network", "run"):
        assert f'<section id="{absent}">' not in page


def test_a_page_is_about_the_test_split_where_there_is_one(tmp_path):
    task = ReportTask(classes=("a", "b"), experiment="letters")
    two = predictions_of([0, 1], [0, 1], classes=2)
    report = build_html(HtmlParams(), task)
    (path,) = report({"train": two, "validation": two, "test": two}, tmp_path).files
    assert "in the test split" in path.read_text(encoding="utf-8")
    (path,) = report({"train": two}, tmp_path).files
    assert "No images were set apart" in path.read_text(encoding="utf-8")
    assert report({}, tmp_path).files == ()


def test_names_are_text_wherever_they_stand(tmp_path):
    count = len(NASTY)
    predictions = predictions_of(range(count), [1, 2, 3, 4, 5, 0], classes=count, ids=NASTY)
    finding = {"kind": "near-duplicate", "summary": NASTY[0], "remedy": NASTY[1]}
    page = page_of(
        predictions,
        tmp_path,
        classes=NASTY,
        experiment=NASTY[0],
        pictures=squares,
        scores={"test": {NASTY[2]: {"value": 0.5, "low": 0.4, "high": 0.6, "per_class": dict.fromkeys(NASTY, 0.5)}}},
        data={"findings": [{**finding, "cases": [{"images": list(NASTY), "detail": NASTY[1]}]}]},
        settings="# </script><script>alert(1)</script>",
    )
    elements = Elements(page)
    assert len([tag for tag, _ in elements.tags if tag == "script"]) == 2
    assert not [attributes for _, attributes in elements.tags if any(name.startswith("on") for name in attributes)]
    assert all(attributes["src"].startswith("data:image/") for tag, attributes in elements.tags if tag == "img")
    assert "<script>alert(1)</script>" in elements.text
    assert "a b c" in elements.text
    assert "{{ 7 * 7 }}" in elements.text
    assert document_of(page)["classes"][0] == NASTY[0]


def test_nothing_in_a_page_names_a_place_in_a_network(tmp_path):
    page = page_of(THREE, tmp_path, pictures=squares)
    places = [
        value
        for _, attributes in Elements(page).tags
        for name, value in attributes.items()
        if name in {"src", "href", "srcset", "action", "data"}
    ]
    assert places
    assert all(place.startswith(("data:", "#")) for place in places)
    assert "default-src 'none'; img-src data:;" in page


def test_the_worst_mistakes_come_first_and_the_least_certain_are_right_or_wrong(tmp_path):
    probabilities = np.array([[0.9, 0.1], [0.02, 0.98], [0.3, 0.7], [0.45, 0.55], [0.51, 0.49]])
    ids = ("sure.png", "worst.png", "bad.png", "right.png", "unsure.png")
    predictions = Predictions(ids=ids, labels=np.array([0, 0, 0, 1, 0]), probabilities=probabilities)
    page = page_of(predictions, tmp_path, classes=("a", "b"), params=HtmlParams(mistakes=2))
    assert re.findall(r'class="id">(.*?)<', page) == ["worst.png", "bad.png", "unsure.png", "right.png"]


def test_pictures_keep_within_their_room_and_every_mistake_comes_before_what_is_right(tmp_path):
    labels = np.repeat(np.arange(3), 200)
    predicted = np.where(np.arange(600) % 4 == 0, (labels + 1) % 3, labels)
    predictions = predictions_of(labels, predicted, classes=3)
    params = HtmlParams(mistakes=0, picture_megabytes=0.01)
    document = document_of(page_of(predictions, tmp_path, pictures=squares, params=params))
    pictured = [bool(picture) for *_, picture in document["images"]]
    assert 0 < sum(pictured) < len(pictured)
    assert pictured == sorted(pictured, reverse=True)
    assert sum(len(picture) for *_, picture in document["images"]) <= 10_000
    mistaken = [len(shown) for actual, predicted, _, shown in document["cells"] if actual != predicted]
    assert mistaken == [24, 24, 24]
    none = document_of(page_of(predictions, tmp_path, pictures=squares, params=HtmlParams(picture_megabytes=0)))
    assert not any(picture for *_, picture in none["images"])


def test_a_heat_map_stands_beside_its_picture(tmp_path):
    asked = []

    def heat_maps(split, rows):
        asked.append((split, rows.tolist()))
        return squares(split, rows)

    page = page_of(THREE, tmp_path, pictures=squares, heat_maps=heat_maps, params=HtmlParams(mistakes=2))
    assert page.count('alt="where the model looked"') == 4
    assert [len(rows) for _, rows in asked] == [2, 2]


def test_intervals_of_too_few_images_are_marked(tmp_path):
    trusted = {"value": 0.5, "low": 0.4, "high": 0.6, "method": "bootstrap", "images": 6, "few_images": False}
    per_class = {"cat": {**trusted, "few_images": True}, "dog": trusted, "fox": trusted}
    scores = {"test": {"recall": {**trusted, "higher_is_better": True, "per_class": per_class}}}
    page = page_of(THREE, tmp_path, scores=scores)
    assert "there are too few images of the class" in page
    assert page.count(">few</abbr>") == 1
    scores["test"]["recall"]["few_images"] = True
    assert "there are too few images for this interval" in page_of(THREE, tmp_path, scores=scores)


def test_a_metric_that_was_called_200_times_for_its_interval_is_named(tmp_path):
    resampled = {"value": 0.5, "low": 0.4, "high": 0.6, "method": "bootstrap"}
    scores = {"f1": resampled, "<mine>": {**resampled, "method": "called 200 times"}}
    page = page_of(THREE, tmp_path, scores={"test": scores})
    (note,) = re.findall(r'class="note">([^<]*called 200 times[^<]*)<', page)
    assert note.startswith("&lt;mine&gt;: this metric cannot score many resamples at once")


@pytest.mark.parametrize("value", [None, 0.5])
def test_scores_without_interval_or_value_are_shown(tmp_path, value):
    scores = {"test": {"calibration": {"value": value, "low": None, "high": None, "per_class": None}}}
    assert "calibration</th>" in page_of(THREE, tmp_path, scores=scores)


def test_intervals_are_drawn_on_one_axis_without_those_of_losses(tmp_path):
    good = {"value": 0.95, "low": 0.91, "high": 0.98, "higher_is_better": True}
    loss = {"value": 0.95, "low": 0.93, "high": 0.97, "higher_is_better": False}
    page = page_of(THREE, tmp_path, scores={"test": {"accuracy": good, "log-loss": loss}})
    assert page.count('class="reach"') == 1
    assert "<span>0.9</span><span>1</span>" in page


def test_curves_mark_the_best_epoch_and_where_a_stage_begins(tmp_path):
    history = [
        {
            "epoch": float(epoch),
            "stage": float(1 + epoch // 3),
            "loss": 2 / epoch,
            "accuracy": 0.5,
            "validation_loss": float("nan"),
            "validation_accuracy": 0.4,
            "learning_rate": 0.1,
        }
        for epoch in range(1, 5)
    ]
    manifest = {"model": {"best_epoch": 3, "weights_sha256": "ab"}, "seed": 0, "data": {}}
    page = page_of(THREE, tmp_path, history=history, manifest=manifest)
    assert page.count('class="best"') == 3
    assert page.count('class="stage"') == 3
    assert "training: 2 after epoch 1, 0.5 after epoch 4" in page
    alone = page_of(THREE, tmp_path, history=history[:1])
    assert '<circle class="point training"' in alone


def test_a_single_image_makes_a_page(tmp_path):
    page = page_of(predictions_of([1], [1], classes=3), tmp_path, pictures=squares)
    assert "of 1 image in the test split was classified right" in page
    assert "No image was classified wrong." in page


def test_the_same_predictions_make_the_same_page(tmp_path):
    assert page_of(THREE, tmp_path, pictures=squares) == page_of(THREE, tmp_path, pictures=squares)
