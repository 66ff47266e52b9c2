"""Folds are parts of equal size that hold every image once, of all classes alike, with groups and duplicates whole."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import DataError, Samples
from sightkit.experiment import SplitSettings
from sightkit.images.splits.division import divide


def table(labels, **more):
    return Samples(ids=[str(row) for row in range(len(labels))], labels=np.array(labels, np.int64), **more)


def parts_of(samples, *, folds, seed=0, contents=None, test=0.0):
    """Return the rows of validation in each fold, and those of testing; none of which may change."""
    digests = None if contents is None else np.array([[0, content] for content in contents], np.uint64)
    parts, tests = [], []
    for fold in range(folds):
        split = SplitSettings(test=test, folds=folds, fold=fold)
        splits = divide(samples, classes="abcdefgh", settings=split, seed=seed, digests=digests).splits
        assert sorted(row for rows in splits.values() for row in rows) == list(range(len(samples.ids)))
        parts.append(splits["validation"].tolist())
        tests.append(splits["test"].tolist() if "test" in splits else [])
    assert all(rows == tests[0] for rows in tests)
    return parts, tests[0]


@settings(max_examples=100, deadline=None)
@given(
    labels=st.lists(st.integers(0, 4), min_size=8, max_size=60),
    folds=st.integers(2, 5),
    test=st.sampled_from([0.0, 0.1, 0.3]),
    seed=st.integers(0, 2**31 - 1),
)
def test_every_image_that_is_not_for_testing_is_validated_on_once_and_classes_are_spread_evenly(
    labels, folds, test, seed
):
    parts, tested = parts_of(table(labels), folds=folds, test=test, seed=seed)
    assert sorted([*tested, *(row for part in parts for row in part)]) == list(range(len(labels)))
    lengths = [len(part) for part in parts]
    assert max(lengths) - min(lengths) <= 1
    for label in set(labels):
        counts = [sum(labels[row] == label for row in part) for part in parts]
        assert max(counts) - min(counts) <= 1


@settings(max_examples=100, deadline=None)
@given(data=st.data(), folds=st.integers(2, 4), seed=st.integers(0, 2**31 - 1))
def test_groups_and_duplicates_stay_together_and_no_part_is_empty(data, folds, seed):
    labels = data.draw(st.lists(st.integers(0, 3), min_size=20, max_size=60))
    several = {"min_size": len(labels), "max_size": len(labels)}
    groups = data.draw(st.lists(st.none() | st.sampled_from("abcdef"), **several))
    contents = [4 * content + label for content, label in
                zip(data.draw(st.lists(st.integers(0, 40), **several)), labels, strict=True)]  # fmt: skip
    try:
        parts, _ = parts_of(table(labels, groups=groups), folds=folds, seed=seed, contents=contents)
    except DataError as error:
        assert "groups of images that stay together" in str(error)  # noqa: PT017
        return
    assert sorted(row for part in parts for row in part) == list(range(len(labels)))
    home = {row: number for number, part in enumerate(parts) for row in part}
    for column in (groups, contents):
        pairs = {(key, home[row]) for row, key in enumerate(column) if key is not None}
        assert len(pairs) == len({key for key, _ in pairs})


def test_groups_of_one_class_are_spread_like_images():
    labels = [row // 4 % 2 for row in range(160)]
    parts, _ = parts_of(table(labels, groups=[str(row // 4) for row in range(160)]), folds=5)
    assert [Counter(labels[row] for row in part) for part in parts] == [{0: 16, 1: 16}] * 5


def test_groups_are_spread_so_that_parts_have_all_classes_rather_than_one_size():
    labels = [0] * 6 + [1] * 4 + [1] * 3 + [0] * 2
    parts, _ = parts_of(table(labels, groups=[*"aaaaaabbbbcccdd"]), folds=2)
    assert [Counter(labels[row] for row in part) for part in parts] == [{0: 6, 1: 3}, {0: 2, 1: 4}]


def test_single_images_make_up_for_groups():
    labels = [0] * 60 + [1] * 40
    groups = ["a"] * 9 + ["b"] * 5 + [None] * 46 + ["c"] * 7 + [None] * 33
    parts, _ = parts_of(table(labels, groups=groups), folds=5)
    assert [Counter(labels[row] for row in part) for part in parts] == [{0: 12, 1: 8}] * 5


def test_another_seed_makes_other_parts():
    first, second = (parts_of(table([0, 1] * 20), folds=4, seed=seed)[0] for seed in (0, 1))
    assert first != second


def test_the_test_images_are_those_that_would_be_drawn_without_folds():
    _, tested = parts_of(table([0, 1] * 50), folds=5, test=0.2)
    without = divide(table([0, 1] * 50), classes="ab", settings=SplitSettings(test=0.2), seed=0)
    assert tested == without.splits["test"].tolist()


def test_the_test_images_of_the_source_are_in_no_part():
    parts, tested = parts_of(table([0, 1] * 10, splits=["train"] * 15 + ["test"] * 5), folds=3, test=0.5)
    assert tested == list(range(15, 20))
    assert sorted(len(part) for part in parts) == [5, 5, 5]


def test_a_class_with_fewer_images_than_folds_is_missing_in_some_of_them():
    parts, _ = parts_of(table([0] * 18 + [1] * 2), folds=5)
    assert sorted(len({18, 19} & set(part)) for part in parts) == [0, 0, 0, 1, 1]
    assert {len(part) for part in parts} == {4}


def test_more_folds_than_images_are_refused():
    with pytest.raises(
        DataError, match=r"split\.folds: expected at most as many as there are images to divide, 3, fou"
    ):
        parts_of(table([0, 1, 0]), folds=4)


def test_more_folds_than_groups_are_refused():
    with pytest.raises(DataError, match=r"groups of images that stay together to divide, 2, found 3; set fewer folds"):
        parts_of(table([0, 1, 0, 1], groups=["a", "a", None, "a"]), folds=3)


def test_folds_of_a_dataset_with_validation_images_of_its_own_are_refused():
    samples = table([0, 1] * 3, splits=["train"] * 4 + ["validation"] * 2)
    with pytest.raises(DataError, match=r"split\.folds: expected a dataset without validation images, found 2 of its"):
        parts_of(samples, folds=2)
