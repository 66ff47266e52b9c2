"""Pairs of hashes that differ in few bits: all of them are found, and crowds cost no more than they may."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightkit.images.decoding.facts import FACTS
from sightkit.images.findings.alike import MAX_BITS, PARTNERS, alike


def facts(hashes) -> np.ndarray:
    table = np.zeros(len(hashes), FACTS)
    table["look"] = hashes
    table["digest"][:, 0] = np.random.default_rng(0).permutation(len(hashes))
    return table


def near_by(hash_: int, places: set[int]) -> int:
    for place in places:
        hash_ ^= 1 << place
    return hash_


hashes = st.builds(
    near_by, st.sampled_from([0, 2**64 - 1, 0x0F1E2D3C4B5A6978]), st.sets(st.integers(0, 63), max_size=7)
)


@given(st.lists(hashes, max_size=20), st.lists(hashes, max_size=20))
def test_all_pairs_that_differ_in_few_bits_are_found_once(left, right):
    expected = {
        (i, j): (one ^ other).bit_count()
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        if (one ^ other).bit_count() <= MAX_BITS
    }
    found = alike(facts(left), facts(right))
    assert len(found.left) == len(expected)
    pairs = zip(found.left.tolist(), found.right.tolist(), strict=True)
    assert dict(zip(pairs, found.bits.tolist(), strict=True)) == expected
    assert found.complete


def test_a_crowd_of_one_hash_costs_no_more_than_its_size():
    start = time.perf_counter()
    found = alike(facts([5] * 20_000), facts([5] * 2_000))
    assert not found.complete
    assert np.bincount(found.right).tolist() == [PARTNERS] * 2_000
    assert time.perf_counter() - start < 20


def test_of_a_crowd_the_same_pairs_are_taken_in_any_order():
    generator = np.random.default_rng(0)
    left, right = facts(generator.integers(0, 64, 3_000)), facts(generator.integers(0, 64, 50))
    left["digest"][:, 1] = right["digest"][:, 1] = 1
    order, other = generator.permutation(len(left)), generator.permutation(len(right))

    def named(found, left, right):
        return sorted(
            zip(left["digest"][found.left, 0].tolist(), right["digest"][found.right, 0].tolist(), strict=True)
        )

    assert named(alike(left, right), left, right) == named(alike(left[order], right[other]), left[order], right[other])
