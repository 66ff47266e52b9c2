"""Near duplicates: copies of a picture in another split are told, other pictures are not."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from photographs import changed, photographs
from sightkit.images.decoding.facts import FACTS
from sightkit.images.decoding.looks import look
from sightkit.images.findings.finding import Finding
from sightkit.images.findings.near_duplicates import near_duplicates


def facts_of(images: np.ndarray) -> np.ndarray:
    facts = np.zeros(len(images), FACTS)
    facts["look"] = [look(each) for each in images]
    for row, pixels in enumerate(images):
        facts["digest"][row] = np.frombuffer(hashlib.sha256(pixels.tobytes()).digest()[:16], "<u8")
    return facts


def found(*splits: np.ndarray) -> Finding | None:
    """What is found in images for training, validation and testing; ids are t0, t1, ..., v0, ..., T0, ..."""
    images = np.concatenate(splits)
    ends = np.cumsum([len(split) for split in splits])
    rows = [np.arange(end - len(split), end) for split, end in zip(splits, ends, strict=True)]
    ids = [f"{letter}{place}" for letter, split in zip("tvT", splits, strict=False) for place in range(len(split))]
    names = ("train", "validation", "test")
    return near_duplicates(facts_of(images), images, splits=dict(zip(names, rows, strict=False)), ids=ids)


@pytest.mark.parametrize("how", ["compressed", "resized", "darkened", "grey"])
def test_a_changed_copy_in_another_split_is_told(how):
    images = photographs(30)
    finding = found(images[:20], images[20:25], np.stack([changed(images[3], how), changed(images[21], how)]))
    assert finding is not None
    assert (finding.kind, finding.refused) == ("near-duplicate", False)
    assert finding.summary == "2 images look almost the same as one of another split"
    assert [case.images for case in finding.cases] == [("t3", "T0"), ("v1", "T1")]
    assert finding.cases[0].detail.startswith("train and test, correlation 0.99") or "1.000" in finding.cases[0].detail


def test_other_photographs_and_exact_copies_are_not_told():
    images = photographs(30)
    assert found(images[:20], images[20:], images[:5]) is None
    assert found(images) is None


def test_of_several_copies_the_one_that_is_most_alike_is_told():
    images = photographs(12, 64)
    copies = np.stack([changed(images[0], "resized"), changed(images[0], "darkened")])
    finding = found(np.concatenate([copies, images[1:]]), images[:1])
    assert finding is not None
    assert [case.images for case in finding.cases] == [("t1", "v0")]


def test_pictures_with_the_same_outline_but_another_pattern_are_not_told():
    image = photographs(1, 32)[0].clip(60, 195)
    chequers = (np.indices((32, 32)).sum(axis=0) % 2 * 120 - 60)[..., np.newaxis]
    chequered = (image.astype(np.int64) + chequers).astype(np.uint8)
    assert (look(image) ^ look(chequered)).bit_count() <= 4
    assert found(image[np.newaxis], chequered[np.newaxis]) is None


def test_pictures_of_one_even_colour_are_not_near_duplicates():
    levels = np.zeros((200, 20, 20, 3), np.uint8) + np.arange(1, 201).astype(np.uint8)[:, None, None, None]
    levels[:, 3, 4] -= 1  # what a compression may leave
    assert found(levels[::2], levels[1::2]) is None
    whites = 254 + np.random.default_rng(0).integers(0, 2, (400, 20, 20, 3), dtype=np.uint8)
    assert found(whites[:300], whites[300:]) is None


def test_the_order_of_the_images_does_not_matter():
    images = photographs(40, 64)
    train, test = images[:30], np.stack([changed(each, "compressed") for each in images[5:20]])
    order, other = np.random.default_rng(0).permutation(30), np.random.default_rng(1).permutation(15)
    first, second = found(train, test), found(train[order], test[other])
    assert first is not None
    assert second is not None
    pairs = {(f"t{order[int(a[1:])]}", f"v{other[int(b[1:])]}") for a, b in (case.images for case in second.cases)}
    assert pairs == {case.images for case in first.cases}
    assert first.summary == second.summary


def test_thousands_that_look_alike_are_told_within_bounds():
    picture = photographs(1, 40)[0, ..., :1].astype(np.int64)
    noise = np.random.default_rng(0).integers(-1, 2, (4000, 40, 40, 1))
    images = np.clip(picture + noise, 0, 255).astype(np.uint8)
    finding = found(images[:3000], images[3000:])
    assert finding is not None
    assert finding.summary.endswith("; there may be more: too many look alike to compare them all")
    assert 0 < len(finding.cases) <= 1000
