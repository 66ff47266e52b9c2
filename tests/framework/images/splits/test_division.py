"""Splits are stratified, repeatable, true to what the source says, and never tear a group or an image apart."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import DataError, Samples
from sightkit.contracts import SPLIT_NAMES
from sightkit.experiment import SplitSettings
from sightkit.images.splits.division import Division, divide

FRACTIONS = st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.5, 0.9])
CLASSES = [f"class-{label}" for label in range(200)]


def table(labels, *, splits=None, groups=None):
    return Samples(
        ids=[str(row) for row in range(len(labels))], labels=np.array(labels, np.int64), splits=splits, groups=groups
    )


def digests_of(contents: list[int]):
    """Return digests of images with these contents, some of which differ in only one of the two halves."""
    return np.array([[content // 2, content % 2] for content in contents], np.uint64).reshape(-1, 2)


def division(samples: Samples, *, seed: int = 0, contents=None, usable=None, **split: Any) -> Division:
    return divide(
        samples,
        classes=CLASSES,
        settings=SplitSettings(**split),
        seed=seed,
        digests=None if contents is None else digests_of(contents),
        usable=None if usable is None else np.array(usable),
    )


def splits_of(samples: Samples, **more: Any) -> dict[str, list[int]]:
    return {name: rows.tolist() for name, rows in division(samples, **more).splits.items()}


def sizes(splits):
    return {name: len(rows) for name, rows in splits.items()}


def homes(splits) -> dict[int, str]:
    """Return the split of each row that is in one."""
    return {row: name for name, rows in splits.items() for row in rows}


def bound(samples: Samples, contents: list[int] | None) -> list[tuple[int, int]]:
    """Return pairs of rows that may not be in different splits."""
    known: dict[Any, int] = {}
    columns = [samples.groups or [], contents or []]
    keys = [(at, row, key) for at, column in enumerate(columns) for row, key in enumerate(column) if key is not None]
    return [(known.setdefault((at, key), row), row) for at, row, key in keys]


@st.composite
def tables(draw, *, stated=False):
    """Draw a table, no group of which is torn apart, and what its images show, which is of one class."""
    labels = draw(st.lists(st.integers(0, 4), min_size=1, max_size=60))

    def column(values):
        return draw(st.lists(values, min_size=len(labels), max_size=len(labels)))

    groups = draw(st.none() | st.just(st.none() | st.sampled_from("abcdefgh")).map(column))
    contents = draw(st.none() | st.just(st.integers(0, 12)).map(column))
    contents = contents and [5 * content + label for content, label in zip(contents, labels, strict=True)]
    splits = None
    if stated:
        splits = column(st.sampled_from([None, *SPLIT_NAMES]))
        of_group = dict(zip(groups or [], splits, strict=False))
        for row, group in enumerate(groups or []):
            if group is not None and splits[row] is not None:
                splits[row] = of_group[group]
    return table(labels, splits=splits, groups=groups), contents


@settings(max_examples=200, deadline=None)
@given(drawn=tables(), validation=FRACTIONS, test=FRACTIONS, seed=st.integers(0, 2**31 - 1))
def test_every_image_is_in_one_split_classes_stay_in_train_groups_and_duplicates_together(
    drawn, validation, test, seed
):
    samples, contents = drawn
    labels = samples.labels.tolist()
    found = division(samples, contents=contents, validation=validation, test=test, seed=seed)

    assert found.findings == ()
    assert sorted(row for rows in found.splits.values() for row in rows.tolist()) == list(range(len(labels)))
    assert all(rows.tolist() == sorted(rows) and rows.dtype == np.int64 and len(rows) for rows in found.splits.values())
    assert {labels[row] for row in found.splits["train"]} == set(labels)
    home = homes(found.splits)
    assert all(home[one] == home[other] for one, other in bound(samples, contents))


@settings(max_examples=200, deadline=None)
@given(drawn=tables(stated=True), test=FRACTIONS, policy=st.sampled_from(["error", "drop-train", "allow"]))
def test_what_the_source_states_is_kept_and_only_training_on_duplicates_is_given_up(drawn, test, policy):
    samples, contents = drawn
    found = division(samples, contents=contents, test=test, duplicates=policy)
    home = homes(found.splits)
    made = {"validation", "test"} - {*samples.splits}
    for row, split in enumerate(samples.splits):
        if split is not None:
            assert home.get(row, split) in ({split} if split != "train" else {split, *made})
    out = set(range(len(samples.ids))) - set(home)
    across = {row for finding in found.findings for case in finding.cases for row in map(int, case.images)}
    assert out <= (across if policy == "drop-train" else set())
    assert {finding.refused for finding in found.findings} <= {policy == "error"}
    assert {finding.kind for finding in found.findings} <= {"duplicate-across-splits"}
    if policy == "drop-train":
        assert all(home[one] == home[other] for one, other in bound(samples, contents) if not {one, other} & out)


@settings(max_examples=50, deadline=None)
@given(drawn=tables(), test=FRACTIONS, seed=st.integers(0, 2**31 - 1), data=st.data())
def test_images_that_cannot_be_used_are_as_if_they_were_not_there(drawn, test, seed, data):
    samples, contents = drawn
    usable = data.draw(st.lists(st.booleans(), min_size=len(samples.ids), max_size=len(samples.ids)))
    kept = np.flatnonzero(usable)
    found = splits_of(samples, contents=contents, usable=usable, test=test, seed=seed)
    rest = Samples(
        ids=[samples.ids[row] for row in kept],
        labels=samples.labels[kept],
        groups=samples.groups and [samples.groups[row] for row in kept],
    )
    alone = splits_of(rest, contents=contents and [contents[row] for row in kept], test=test, seed=seed)
    assert found == {name: kept[rows].tolist() for name, rows in alone.items()}


@settings(max_examples=100, deadline=None)
@given(labels=st.lists(st.integers(0, 9), min_size=1, max_size=80), test=FRACTIONS, seed=st.integers(0, 2**31 - 1))
def test_single_images_give_what_was_asked_for_and_names_do_not_matter(labels, test, seed):
    found = splits_of(table(labels), validation=0, test=test, seed=seed)
    counts = Counter(labels)
    spare = sum(counts.values()) - len(counts)
    assert len(found.get("test", [])) <= min(int(test * len(labels) + 0.5), spare)
    if min(counts.values()) > 1 / (1 - test):
        assert len(found.get("test", [])) == int(test * len(labels) + 0.5)
    named = Samples(ids=[f"image-{row}" for row in range(len(labels))], labels=np.array(labels, np.uint8))
    alone = [f"group-{row}" for row in range(len(labels))]
    assert splits_of(named, validation=0, test=test, seed=seed) == found
    assert splits_of(table(labels, groups=alone), validation=0, test=test, seed=seed) == found
    assert splits_of(table(labels), contents=list(range(len(labels))), validation=0, test=test, seed=seed) == found


def test_totals_are_right_to_the_image_and_each_class_is_within_one_of_its_share():
    labels = [0] * 7 + [1] * 13 + [2] * 25 + [3] * 55
    splits = splits_of(table(labels), validation=0.1, test=0.1, seed=3)
    assert sizes(splits) == {"train": 81, "validation": 9, "test": 10}
    counts = Counter(labels[row] for row in splits["test"])
    for label, total in Counter(labels).items():
        assert abs(counts[label] - total / 10) < 1


def test_fractions_are_taken_as_written_whatever_floating_point_says():
    assert 0.29 * 50 < 14.5
    splits = splits_of(table([0] * 25 + [1] * 25), validation=0, test=0.29)
    assert sizes(splits) == {"train": 35, "test": 15}


def test_another_seed_draws_other_images():
    labels = [0, 1] * 100
    first, second = (splits_of(table(labels), seed=seed) for seed in (0, 1))
    assert sizes(first) == sizes(second)
    assert first["test"] != second["test"]


def test_no_class_is_favoured_where_all_have_the_same_claim():
    labels = np.repeat(np.arange(200), 2)
    tested = Counter[int]()
    for seed in range(50):
        splits = division(table(labels), seed=seed).splits
        assert sizes(splits) == {"train": 324, "validation": 36, "test": 40}
        assert not {*labels[splits["test"]]} & {*labels[splits["validation"]]}
        tested.update(labels[splits["test"]].tolist())
    # A class is tested in 10 of 50 divisions on average, with a standard deviation below 3.
    assert len(tested) == 200
    assert max(tested.values()) < 24


def test_splits_stay_what_they_were_so_that_old_runs_can_be_repeated():
    assert splits_of(table([0, 1] * 10), validation=0.2, test=0.2, seed=7) == KEPT
    assert splits_of(table([0, 1] * 10), test=0.2, folds=4, fold=3, seed=7)["validation"] == KEPT_FOLD


def test_the_test_images_that_a_source_brings_are_kept_and_none_are_added():
    stated = ["train"] * 90 + ["test"] * 10
    splits = splits_of(table([0, 1] * 50, splits=stated), validation=0.1, test=0.5)
    assert splits["test"] == list(range(90, 100))
    assert sizes(splits) == {"train": 81, "validation": 9, "test": 10}


def test_the_validation_images_that_a_source_brings_are_kept_and_none_are_added():
    stated = ["train"] * 80 + ["validation"] * 20
    splits = splits_of(table([0, 1] * 50, splits=stated), validation=0.5, test=0.1)
    assert splits["validation"] == list(range(80, 100))
    assert sizes(splits) == {"train": 72, "validation": 20, "test": 8}


def test_images_that_the_source_wants_in_train_stay_there_while_others_are_open():
    stated = ["train"] * 50 + [None] * 50
    splits = splits_of(table([0, 1] * 50, splits=stated), validation=0.2, test=0.2)
    assert set(range(50)) <= set(splits["train"])
    assert sizes(splits) == {"train": 82, "validation": 8, "test": 10}


def test_a_class_without_images_to_draw_from_is_not_counted_on():
    samples = table([1, 2, 2, 0, 0, 2, 2, 2], splits=[None] * 3 + ["train"] * 5)
    for seed in range(10):
        assert splits_of(samples, validation=0, test=0.5, seed=seed)["test"] == [1, 2]


def test_nothing_is_set_apart_when_the_fractions_are_zero():
    assert sizes(splits_of(table([0, 1] * 5), validation=0, test=0)) == {"train": 10}


def test_a_class_of_one_image_keeps_it_for_training():
    labels = [0] * 40 + [1]
    for seed in range(20):
        assert 40 in splits_of(table(labels), validation=0.45, test=0.45, seed=seed)["train"]


def test_groups_of_mixed_classes_give_about_the_wanted_shares():
    rng = np.random.default_rng(0)
    groups = [f"patient-{row // 10}" for row in range(1_000)]
    splits = splits_of(table(rng.integers(0, 3, 1_000), groups=groups))
    assert 80 <= len(splits["test"]) <= 120
    assert 70 <= len(splits["validation"]) <= 110


def test_groups_larger_than_the_share_still_give_a_validation_split():
    groups = [str(row // 25) for row in range(100)]
    splits = splits_of(table([0, 1] * 50, groups=groups), validation=0.1, test=0)
    assert sizes(splits) == {"train": 75, "validation": 25}


def test_what_the_source_says_of_one_image_goes_for_its_group():
    stated = ["test", None, *["train"] * 8]
    samples = table([0, 1] * 5, splits=stated, groups=["a", "a", *"bcdefghi"])
    assert splits_of(samples, validation=0, test=0)["test"] == [0, 1]


def test_a_group_that_the_source_tears_apart_is_refused_by_name():
    with pytest.raises(DataError, match="group 'a': expected all its images in one split, found some in 'train' and"):
        division(table([0, 1], splits=["test", "train"], groups=["a", "a"]))


def test_images_that_belong_together_through_others_move_as_one():
    groups = ["a", "a", "b", "b", None, None] * 5
    contents = [0, 1, 1, 2, 2, 3] * 5
    for seed in range(10):
        splits = splits_of(table([0] * 30, groups=groups), contents=contents, validation=0, test=0.2, seed=seed)
        home = homes(splits)
        assert len({home[row] for row in range(30) if row % 6 < 5}) == 1


def test_a_table_of_which_nothing_can_be_used_has_no_splits():
    assert division(table([0, 1]), usable=[False, False]).splits == {}


KEPT = {
    "train": [0, 2, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 18],
    "validation": [4, 17, 19],
    "test": [1, 3, 8, 16],
}
KEPT_FOLD = [0, 9, 10, 13]
