"""Splits are stratified, repeatable, true to what the source says, and never tear a group apart."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import DataError, Samples
from sightkit.images.split import divide

FRACTIONS = st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.5, 0.9])


def table(labels, *, splits=None, groups=None):
    return Samples(
        ids=[str(row) for row in range(len(labels))], labels=np.array(labels, np.int64), splits=splits, groups=groups
    )


def sizes(splits):
    return {name: len(rows) for name, rows in splits.items()}


@settings(max_examples=150, deadline=None)
@given(data=st.data(), validation=FRACTIONS, test=FRACTIONS, seed=st.integers(0, 2**31 - 1))
def test_every_row_is_in_one_split_every_class_stays_in_train_and_groups_stay_together(data, validation, test, seed):
    labels = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=60))
    groups = data.draw(
        st.none() | st.lists(st.none() | st.sampled_from("abcdefgh"), min_size=len(labels), max_size=len(labels))
    )
    samples = table(labels, groups=groups)
    splits = divide(samples, validation=validation, test=test, seed=seed)

    assert sorted(row for rows in splits.values() for row in rows.tolist()) == list(range(len(labels)))
    assert all(
        rows.tolist() == sorted(rows.tolist()) and rows.dtype == np.int64 and len(rows) for rows in splits.values()
    )
    assert {labels[row] for row in splits["train"]} == set(labels)
    if groups:
        homes = {(groups[row], name) for name, rows in splits.items() for row in rows if groups[row]}
        assert len(homes) == len({group for group, _ in homes})
    again = divide(samples, validation=validation, test=test, seed=seed)
    assert {name: rows.tolist() for name, rows in splits.items()} == {k: v.tolist() for k, v in again.items()}


def test_totals_are_right_to_the_image_and_each_class_is_within_one_of_its_share():
    labels = [0] * 7 + [1] * 13 + [2] * 25 + [3] * 55
    splits = divide(table(labels), validation=0.1, test=0.1, seed=3)
    assert sizes(splits) == {"train": 81, "validation": 9, "test": 10}
    counts = Counter(labels[row] for row in splits["test"])
    for label, total in Counter(labels).items():
        assert abs(counts[label] - total / 10) < 1


def test_fractions_are_taken_as_written_whatever_floating_point_says():
    assert 0.29 * 50 < 14.5
    splits = divide(table([0] * 25 + [1] * 25), validation=0, test=0.29, seed=0)
    assert sizes(splits) == {"train": 35, "test": 15}


def test_another_seed_draws_other_images():
    labels = [0, 1] * 100
    first, second = (divide(table(labels), validation=0.1, test=0.1, seed=seed) for seed in (0, 1))
    assert sizes(first) == sizes(second)
    assert first["test"].tolist() != second["test"].tolist()


def test_splits_stay_what_they_were_so_that_old_runs_can_be_repeated():
    splits = divide(table([0, 1] * 10), validation=0.2, test=0.2, seed=7)
    assert {name: rows.tolist() for name, rows in splits.items()} == KEPT


def test_the_test_images_that_a_source_brings_are_kept_and_none_are_added():
    stated = ["train"] * 90 + ["test"] * 10
    splits = divide(table([0, 1] * 50, splits=stated), validation=0.1, test=0.5, seed=0)
    assert splits["test"].tolist() == list(range(90, 100))
    assert sizes(splits) == {"train": 81, "validation": 9, "test": 10}


def test_the_validation_images_that_a_source_brings_are_kept_and_none_are_added():
    stated = ["train"] * 80 + ["validation"] * 20
    splits = divide(table([0, 1] * 50, splits=stated), validation=0.5, test=0.1, seed=0)
    assert splits["validation"].tolist() == list(range(80, 100))
    assert sizes(splits) == {"train": 72, "validation": 20, "test": 8}


def test_images_that_the_source_wants_in_train_stay_there_while_others_are_open():
    stated = ["train"] * 50 + [None] * 50
    splits = divide(table([0, 1] * 50, splits=stated), validation=0.2, test=0.2, seed=0)
    assert set(range(50)) <= set(splits["train"].tolist())
    assert sizes(splits) == {"train": 82, "validation": 8, "test": 10}


def test_nothing_is_set_apart_when_the_fractions_are_zero():
    assert sizes(divide(table([0, 1] * 5), validation=0, test=0, seed=0)) == {"train": 10}


def test_a_class_of_one_image_keeps_it_for_training():
    labels = [0] * 40 + [1]
    for seed in range(20):
        splits = divide(table(labels), validation=0.45, test=0.45, seed=seed)
        assert 40 in splits["train"]


def test_groups_of_mixed_classes_give_about_the_wanted_shares():
    rng = np.random.default_rng(0)
    groups = [f"patient-{row // 10}" for row in range(1_000)]
    labels = rng.integers(0, 3, 1_000)
    splits = divide(table(labels, groups=groups), validation=0.1, test=0.1, seed=0)
    assert 80 <= len(splits["test"]) <= 120
    assert 70 <= len(splits["validation"]) <= 110


def test_groups_larger_than_the_share_still_give_a_validation_split():
    groups = [str(row // 25) for row in range(100)]
    splits = divide(table([0, 1] * 50, groups=groups), validation=0.1, test=0, seed=0)
    assert sizes(splits) == {"train": 75, "validation": 25}


def test_what_the_source_says_of_one_image_goes_for_its_group():
    stated = ["test", None, *["train"] * 8]
    splits = divide(table([0, 1] * 5, splits=stated, groups=["a", "a", *"bcdefghi"]), validation=0, test=0, seed=0)
    assert splits["test"].tolist() == [0, 1]


def test_a_group_that_the_source_tears_apart_is_refused_by_name():
    with pytest.raises(DataError, match="group 'a': expected all its images in one split, found some in 'train'"):
        divide(table([0, 1], splits=["train", "test"], groups=["a", "a"]), validation=0, test=0, seed=0)


KEPT = {
    "train": [0, 2, 5, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18],
    "validation": [4, 6, 19],
    "test": [1, 3, 8, 16],
}
