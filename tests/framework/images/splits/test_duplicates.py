"""Exact duplicates in two splits of the source, or under two labels: refused, left out of training, or told."""

from __future__ import annotations

from typing import Any

import numpy as np

from sightkit import Samples
from sightkit.experiment import SplitSettings
from sightkit.images.findings.finding import Case, Finding
from sightkit.images.splits.division import Division, divide

OWN = "in more than one split of the dataset's own"
UNDER = "under more than one label"


def division(contents: str, splits: str, *, labels: str = "", groups: Any = None, **split: Any) -> Division:
    """Divide images of which each is a letter: what it shows; its split, t, v, T (test) or - ; its class."""
    names = {"t": "train", "v": "validation", "T": "test", "-": None}
    samples = Samples(
        ids=[f"{content}{row}" for row, content in enumerate(contents)],
        labels=np.array([int(label) for label in labels or "0" * len(contents)], np.int64),
        splits=[names[split] for split in splits],
        groups=groups,
    )
    digests = np.array([[7, ord(content)] for content in contents], np.uint64)
    settings = SplitSettings(**{"validation": 0, "test": 0, **split})
    return divide(samples, classes=["cats", "dogs", "owls"], settings=settings, seed=0, digests=digests)


def rows(found: Division) -> dict[str, list[int]]:
    return {name: rows.tolist() for name, rows in found.splits.items()}


def only(found: Division) -> Finding:
    (finding,) = found.findings
    return finding


def test_images_in_two_splits_are_refused_with_all_of_them_named():
    finding = only(division("abcabda", "tttTTTv"))
    assert (finding.kind, finding.refused) == ("duplicate-across-splits", True)
    assert finding.summary == f"2 images are {OWN}"
    assert finding.remedy == 'set split.duplicates to "drop-train" or "allow", or remove them'
    assert finding.cases == (
        Case(("a0", "a3", "a6"), "train and validation and test"),
        Case(("b1", "b4"), "train and test"),
    )


def test_images_in_two_splits_may_be_left_out_of_training():
    found = division("aabcbae", "tttttTT", duplicates="drop-train")
    assert rows(found) == {"train": [2, 3, 4], "test": [5, 6]}
    finding = only(found)
    assert not finding.refused
    assert finding.summary == f"1 image is {OWN}; 2 copies left out of training"


def test_an_image_for_validation_and_testing_stays_for_testing_only():
    found = division("abcbdb", "ttvvTT", duplicates="drop-train")
    assert rows(found) == {"train": [0], "validation": [2], "test": [4, 5]}
    assert only(found).summary == f"1 image is {OWN}; 1 copy left out of training; 1 copy left out of validation"


def test_validation_images_that_are_all_for_testing_too_are_not_replaced():
    found = division("abcdefzz", "ttttttvT", duplicates="drop-train", validation=0.5)
    assert rows(found) == {"train": [0, 1, 2, 3, 4, 5], "test": [7]}


def test_images_in_two_splits_may_be_allowed_and_are_told():
    found = division("aba", "ttT", duplicates="allow")
    assert rows(found) == {"train": [0, 1], "test": [2]}
    finding = only(found)
    assert (finding.refused, finding.summary) == (False, f"1 image is {OWN}")
    assert "too good" in finding.remedy


def test_duplicates_within_a_split_and_a_label_are_nobody_s_business():
    assert division("aabb", "ttTT").findings == ()


def test_digests_are_equal_only_if_both_halves_are():
    samples = Samples(ids=["a", "b", "c"], labels=np.zeros(3, np.int64), splits=["train", "test", "test"])
    digests = np.array([[1, 2], [1, 3], [2, 2]], np.uint64)
    assert divide(samples, classes=["cats"], settings=SplitSettings(), seed=0, digests=digests).findings == ()


def test_an_open_image_goes_where_its_duplicate_is_and_takes_its_group_along():
    groups = [None, None, "g", "g", None, None]
    assert rows(division("abacdb", "T-----", groups=groups)) == {"train": [1, 4, 5], "test": [0, 2, 3]}


def test_an_open_image_is_not_added_to_what_is_tested_on_if_it_may_be_trained_on():
    found = division("aaab", "tT-t", duplicates="allow")
    assert rows(found) == {"train": [0, 2, 3], "test": [1]}
    assert only(found).cases == (Case(("a0", "a1", "a2"), "train and test"),)


def test_images_under_two_labels_are_refused_with_their_classes():
    finding = only(division("abcab", "-----", labels="01210"))
    assert (finding.kind, finding.refused) == ("duplicate-under-two-labels", True)
    assert finding.summary == f"2 images occur {UNDER}"
    assert finding.remedy == 'correct their labels, or set split.duplicates to "drop-train" or "allow"'
    assert finding.cases == (Case(("a0", "a3"), "cats and dogs"), Case(("b1", "b4"), "cats and dogs"))


def test_images_under_two_labels_are_in_no_split_of_ours_if_they_are_left_out():
    for test in (0, 0.3, 0.6):
        found = division("abcdea", "-" * 6, labels="001011", duplicates="drop-train", test=test)
        assert sorted(row for split in rows(found).values() for row in split) == [1, 2, 3, 4]
        assert only(found).summary == f"1 image occurs {UNDER}; 2 copies left out"


def test_images_under_two_labels_stay_where_the_source_judges_on_them():
    found = division("aabbcc", "tttTTT", labels="010101", duplicates="drop-train")
    assert rows(found) == {"test": [3, 4, 5]}
    across, labels = found.findings
    assert (across.kind, across.summary) == (
        "duplicate-across-splits",
        f"1 image is {OWN}; 1 copy left out of training",
    )
    assert labels.summary == f"3 images occur {UNDER}; 3 copies left out"
    assert not across.refused
    assert not labels.refused


def test_images_under_two_labels_may_be_allowed_and_are_told():
    found = division("aab", "---", labels="010", duplicates="allow")
    assert rows(found) == {"train": [0, 1, 2]}
    assert (only(found).refused, only(found).summary) == (False, f"1 image occurs {UNDER}")
