import json
import math

import numpy as np

from sightkit import Score
from sightkit.evaluation.document import FEW_IMAGES, scores_document

UNDEFINED = (math.nan, math.nan)


def document_of(score, *, images=(FEW_IMAGES, FEW_IMAGES)):
    labels = np.repeat(np.arange(len(images)), images)
    document = scores_document({"mine": score}, classes=("cat", 'do"g', "fox")[: len(images)], labels=labels)
    return json.loads(json.dumps(document, allow_nan=False))["mine"]


def test_the_document_says_what_a_score_is_and_how_far_to_trust_it():
    recall = Score(
        value=0.5,
        macro=True,
        per_class=(0.25, math.nan),
        interval=(0.25, 0.75),
        method="bootstrap",
        per_class_intervals=((0.125, 0.5), UNDEFINED),
        per_class_method="wilson",
    )
    assert document_of(recall, images=(FEW_IMAGES, FEW_IMAGES - 1)) == {
        "value": 0.5,
        "low": 0.25,
        "high": 0.75,
        "method": "bootstrap",
        "images": 2 * FEW_IMAGES - 1,
        "few_images": True,
        "higher_is_better": True,
        "per_class": {
            "cat": {"value": 0.25, "low": 0.125, "high": 0.5, "images": FEW_IMAGES, "few_images": False},
            'do"g': {"value": None, "low": None, "high": None, "images": FEW_IMAGES - 1, "few_images": True},
        },
        "per_class_method": "wilson",
    }


def test_what_is_not_defined_is_null_and_has_no_method():
    assert document_of(Score(value=math.nan, higher_is_better=False, interval=UNDEFINED, method="bootstrap")) == {
        "value": None,
        "low": None,
        "high": None,
        "method": None,
        "images": 2 * FEW_IMAGES,
        "few_images": False,
        "higher_is_better": False,
        "per_class": None,
        "per_class_method": None,
    }


def test_values_of_classes_without_intervals_are_kept():
    document = document_of(Score(value=0.5, per_class=(0.0, 1.0), interval=(0.0, 1.0)))
    assert document["per_class"]["cat"] == {
        "value": 0.0, "low": None, "high": None, "images": FEW_IMAGES, "few_images": False
    }  # fmt: skip
    assert document["per_class_method"] is None


def test_an_interval_of_an_unnamed_method_is_called_analytic():
    assert document_of(Score(value=0.5, interval=(0.0, 1.0)))["method"] == "analytic"


def test_a_mean_over_classes_rests_on_the_smallest_class_and_any_other_score_on_all_images():
    small = (FEW_IMAGES, FEW_IMAGES - 1)
    assert document_of(Score(value=0.5, macro=True), images=small)["few_images"]
    assert not document_of(Score(value=0.5), images=small)["few_images"]
    assert document_of(Score(value=0.5), images=(FEW_IMAGES - 2, 1))["few_images"]


def test_a_class_without_images_has_no_part_in_a_mean_over_classes():
    assert not document_of(Score(value=0.5, macro=True), images=(FEW_IMAGES, 0, FEW_IMAGES))["few_images"]
    assert document_of(Score(value=math.nan, macro=True), images=(0, 0))["few_images"]
