"""The order of an epoch and the seeds of its images depend on nothing but where the run is."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.images.order import balanced_order, epoch_order, image_seeds, occurrences

WHERE = st.fixed_dictionaries(
    {"seed": st.integers(0, 2**31 - 1), "stage": st.integers(0, 100), "epoch": st.integers(0, 10_000)}
)


@settings(max_examples=50, deadline=None)
@given(count=st.integers(0, 300), where=WHERE)
def test_an_epoch_sees_every_image_once_in_an_order_that_can_be_repeated(count, where):
    order = epoch_order(count, **where)
    assert sorted(order.tolist()) == list(range(count))
    np.testing.assert_array_equal(order, epoch_order(count, **where))


def test_seed_stage_and_epoch_each_change_the_order_and_the_seeds():
    places = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (256, 0, 0), (0, 256, 0), (0, 0, 256)]
    rows = np.arange(1_000)
    orders, pairs = set(), set()
    for seed, stage, epoch in places:
        orders.add(epoch_order(1_000, seed=seed, stage=stage, epoch=epoch).tobytes())
        pairs.add(image_seeds(rows, seed=seed, stage=stage, epoch=epoch).tobytes())
    assert len(orders) == len(pairs) == len(places)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.integers(0, 2**40), min_size=1, max_size=50, unique=True), where=WHERE, cut=st.integers(0, 50))
def test_the_seeds_of_an_image_do_not_depend_on_its_batch(rows, where, cut):
    whole = image_seeds(np.array(rows), **where)
    parts = [image_seeds(np.array(part, dtype=np.int64), **where) for part in (rows[:cut], rows[cut:])]
    assert whole.shape == (len(rows), 2)
    assert whole.dtype == np.int32
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    assert len({tuple(pair) for pair in whole.tolist()}) == len(rows)


@settings(max_examples=100, deadline=None)
@given(labels=st.lists(st.sampled_from([0, 1, 2, 3, 5]), min_size=1, max_size=80), where=WHERE)
def test_a_balanced_epoch_has_as_many_images_of_each_class_up_to_one(labels, where):
    labels = np.array(labels)
    order = balanced_order(labels, **where)
    assert len(order) == len(labels)
    shown = np.bincount(labels[order], minlength=6)[np.unique(labels)]
    assert shown.max() - shown.min() <= 1
    for label in np.unique(labels):
        times = np.bincount(order, minlength=len(labels))[labels == label]
        assert times.max() - times.min() <= 1  # an image comes again when all of its class have come
    np.testing.assert_array_equal(order, balanced_order(labels, **where))


def test_which_classes_show_one_more_is_drawn_and_classes_are_mixed():
    labels = np.arange(100) % 3
    more = set()
    for epoch in range(30):
        order = balanced_order(labels, seed=1, stage=0, epoch=epoch)
        more.add(int(np.bincount(labels[order]).argmax()))
        assert len(set(labels[order][:30].tolist())) == 3
    assert more == {0, 1, 2}


def test_a_large_class_shows_other_images_in_other_epochs():
    labels = np.array([0] * 90 + [1] * 10)
    shown = [set(balanced_order(labels, seed=1, stage=0, epoch=epoch).tolist()) for epoch in range(8)]
    assert len(set.union(*shown)) > 95
    assert all(len(each) == 60 for each in shown)  # 50 of the large class, each of the small one five times


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.integers(0, 9), max_size=40))
def test_occurrences_count_what_came_before(rows):
    expected = [rows[:place].count(row) for place, row in enumerate(rows)]
    assert occurrences(np.array(rows, np.int64)).tolist() == expected


def test_another_occurrence_of_an_image_has_other_seeds_and_the_first_those_it_always_had():
    rows = np.arange(500).repeat(4)
    where = {"seed": 7, "stage": 1, "epoch": 2}
    seeds = image_seeds(rows, **where, occurrence=occurrences(rows))
    assert len({tuple(pair) for pair in seeds.tolist()}) == len(rows)
    np.testing.assert_array_equal(seeds[::4], image_seeds(np.arange(500), **where))


def test_every_bit_of_the_seeds_is_set_half_of_the_time():
    seeds = image_seeds(np.arange(20_000), seed=7, stage=0, epoch=3).view(np.uint32)
    for bit in range(32):
        share = ((seeds >> bit) & 1).mean(axis=0)
        assert (np.abs(share - 0.5) < 0.02).all()  # 20,000 draws: more than five standard deviations
    neighbours = np.corrcoef(seeds[:-1, 0].astype(float), seeds[1:, 0].astype(float))[0, 1]
    assert abs(neighbours) < 0.04


def test_order_and_seeds_stay_what_they_were_so_that_old_runs_can_be_repeated():
    assert epoch_order(8, seed=7, stage=1, epoch=2).tolist() == ORDER
    assert image_seeds(np.array([0, 1]), seed=7, stage=1, epoch=2).tolist() == SEEDS
    assert balanced_order(np.array([0, 0, 0, 0, 0, 1, 2]), seed=7, stage=1, epoch=2).tolist() == BALANCED


ORDER = [7, 1, 0, 2, 4, 6, 3, 5]
BALANCED = [1, 6, 2, 4, 6, 5, 5]
SEEDS = [[790928123, 600602938], [1891229460, -1889455564]]
