"""The batches of a training: which images each step sees is a function of the step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import ConfigError
from sightkit.images import PreparedData
from sightkit.images.order import epoch_order, image_seeds
from sightkit.training.batches.plan import Plan


def data_of(labels: list[int]) -> PreparedData:
    """Return small images of these labels, every other one a training image."""
    count = len(labels)
    doubled = np.array(labels, np.int64).repeat(2)
    return PreparedData(
        classes=("a", "b", "c"),
        ids=tuple(map(str, range(2 * count))),
        labels=doubled,
        images=np.zeros((2 * count, 1, 1, 1), np.uint8),
        splits={"train": np.arange(0, 2 * count, 2), "test": np.arange(1, 2 * count, 2)},
        fingerprint="",
        licence=None,
        citation=None,
    )


def test_steps_read_directly_are_those_that_come_after_the_ones_before():
    for settings_ in ({}, {"drop_last": True}, {"sampling": "balanced"}):
        plan = Plan(data=data_of([0] * 100 + [1] * 30 + [2] * 4), batch_size=3, seed=5, stage=1, **settings_)
        assert plan.steps in {44, 45}
        read = [
            (epoch * plan.steps + batches.first + place, batches.rows[place], batches.seeds[place])
            for epoch in range(3)
            for batches in plan.epoch(epoch + 1)
            for place in range(len(batches))
        ]
        assert [step for step, *_ in read] == list(range(3 * plan.steps))
        for step, rows, seeds in [read[0], *read[40:50], *read[100:111]]:  # the first epoch ends between 40 and 50
            batch = plan.batch(step)
            assert (len(batch), batch.first) == (1, step % plan.steps)
            np.testing.assert_array_equal(batch.rows[0], rows)
            np.testing.assert_array_equal(batch.seeds[0], seeds)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 40), size=st.integers(1, 12), start=st.integers(0, 45), drop_last=st.booleans())
def test_an_epoch_from_a_step_on_is_the_end_of_the_whole_epoch(count, size, start, drop_last):
    if drop_last and count < size:
        return
    plan = Plan(data=data_of([0] * count), batch_size=size, seed=1, drop_last=drop_last)
    whole = [rows.tolist() for batches in plan.epoch(2) for rows in batches.rows]
    assert [rows.tolist() for batches in plan.epoch(2, start=start) for rows in batches.rows] == whole[start:]
    assert len(whole) == plan.steps == (count // size if drop_last else -(-count // size))
    assert {len(rows) for rows in whole[: count // size]} <= {size}


def test_drop_last_leaves_out_the_smaller_batch_and_nothing_else():
    data = data_of([0, 1, 2] * 5)
    kept, dropped = (Plan(data=data, batch_size=4, seed=1, drop_last=drop) for drop in (False, True))
    (full, last), (alone,) = kept.epoch(1), dropped.epoch(1)
    assert (kept.steps, dropped.steps, last.size) == (4, 3, 3)
    np.testing.assert_array_equal(alone.rows, full.rows)
    np.testing.assert_array_equal(alone.seeds, full.seeds)


def test_drop_last_that_would_leave_nothing_is_refused():
    words = r"^training\.drop_last: the training split has 5 images, and a batch is 6; expected at least one full batch"
    with pytest.raises(ConfigError, match=words):
        Plan(data=data_of([0] * 5), batch_size=6, seed=0, drop_last=True)
    assert Plan(data=data_of([0] * 5), batch_size=6, seed=0).steps == 1
    assert Plan(data=data_of([0] * 6), batch_size=6, seed=0, drop_last=True).steps == 1


def test_shuffled_batches_are_the_epochs_order_and_seeds():
    plan = Plan(data=data_of([0, 1, 2] * 4), batch_size=6, seed=3, stage=2)
    (batches,) = plan.epoch(5)
    where = {"seed": 3, "stage": 2, "epoch": 5}
    rows = plan.data.splits["train"][epoch_order(12, **where)]
    np.testing.assert_array_equal(batches.rows.reshape(-1), rows)
    np.testing.assert_array_equal(batches.seeds.reshape(-1, 2), image_seeds(rows, **where))


def test_balanced_epochs_show_classes_alike_and_repeated_images_with_other_seeds():
    plan = Plan(data=data_of([0] * 20 + [1] * 7 + [2] * 3), batch_size=30, seed=3, sampling="balanced")
    (batches,) = plan.epoch(1)
    assert np.bincount(plan.data.labels[batches.rows[0]]).tolist() == [10, 10, 10]
    assert set(batches.rows[0].tolist()) <= set(plan.data.splits["train"].tolist())
    assert len(set(batches.rows[0].tolist())) < 30
    assert len({tuple(pair) for pair in batches.seeds[0].tolist()}) == 30
    (other,) = plan.epoch(2)
    assert other.rows.tolist() != batches.rows.tolist()
    (again,) = replace(plan).epoch(1)
    np.testing.assert_array_equal(again.rows, batches.rows)
    np.testing.assert_array_equal(again.seeds, batches.seeds)


def test_no_replica_gets_an_empty_batch():
    data = data_of([0] * 13)
    assert Plan(data=data, batch_size=6, seed=0).steps == 3
    plan = Plan(data=data, batch_size=6, seed=0, replicas=2)
    assert plan.steps == 2, "the last batch has one image"
    assert [batches.size for batches in plan.epoch(1)] == [6]
    assert Plan(data=data, batch_size=11, seed=0, replicas=2).steps == 2, "that has two"
    for size, images in ((1, 13), (6, 1)):
        with pytest.raises(ConfigError, match=r"training\.batch_size: a batch of 1 is shared by 2 replicas; expected"):
            Plan(data=data_of([0] * images), batch_size=size, seed=0, replicas=2)
