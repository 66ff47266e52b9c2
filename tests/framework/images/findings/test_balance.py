"""The balance of classes: none without images, none missing from a split unsaid, none ten times as large as another."""

from __future__ import annotations

import numpy as np

from sightkit.images.findings.balance import absent_classes, imbalance, unusable_classes

CLASSES = ("cat", "dog", "owl")


def splits(*sizes: int) -> dict:
    ends = np.cumsum(sizes)
    names = ("train", "validation", "test")
    return {name: np.arange(end - size, end) for name, size, end in zip(names, sizes, ends, strict=False)}


def test_a_class_of_which_every_image_is_left_out_is_refused():
    labels = np.array([0, 0, 1, 1, 2])
    usable = {"train": np.array([0]), "test": np.array([4])}
    finding = unusable_classes(labels, usable, classes=CLASSES)
    assert finding is not None
    assert (finding.kind, finding.refused) == ("absent-class", True)
    assert finding.summary == "1 of 3 classes has no image that can be used"
    assert [finding.line(case) for case in finding.cases] == ["'dog': 0 of 2 can be used"]
    assert unusable_classes(labels, {**usable, "validation": np.array([2])}, classes=CLASSES) is None


def test_classes_that_are_missing_from_a_split_are_told_for_each_split():
    labels = np.array([0, 1, 2, 0, 0, 1, 2])
    (finding,) = absent_classes(labels, splits(3, 1, 3), classes=CLASSES)
    assert not finding.refused
    assert finding.summary == "2 of 3 classes have no image in the validation split"
    assert [finding.line(case) for case in finding.cases] == ["'dog'", "'owl'"]
    assert absent_classes(labels, splits(3), classes=CLASSES) == []


def test_a_class_with_ten_times_the_training_images_of_another_is_told():
    labels = np.repeat([0, 1, 2], [40, 5, 4])
    finding = imbalance(labels, splits(49), classes=CLASSES)
    assert finding is not None
    assert (finding.kind, finding.refused) == ("class-imbalance", False)
    assert finding.summary == "'cat' has 40 training images, 10 times as many as 'owl' with 4"
    assert "training.sampling" in finding.remedy
    assert "training.class_weights" in finding.remedy
    assert [finding.line(case) for case in finding.cases] == ["'owl': 4 training images"]
    assert imbalance(labels[1:], splits(48), classes=CLASSES) is None


def test_a_class_without_training_images_is_absent_and_not_out_of_balance():
    assert imbalance(np.repeat([0, 1], [40, 40]), splits(80), classes=CLASSES) is None
