"""The order of an epoch and the seeds of its images depend on nothing but where the run is."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.images.order import epoch_order, image_seeds

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


ORDER = [7, 1, 0, 2, 4, 6, 3, 5]
SEEDS = [[790928123, 600602938], [1891229460, -1889455564]]
