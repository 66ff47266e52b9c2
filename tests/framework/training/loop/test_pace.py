"""How many steps go into a call."""

from __future__ import annotations

from sightkit.training.loop.pace import Pace


def test_a_call_grows_to_half_a_second_and_no_longer():
    pace, counts = Pace(), []
    for _ in range(8):
        counts.append(pace.count(1000))
        pace.record(counts[-1], 30.0 if len(counts) == 1 else counts[-1] * 0.01)
    assert counts == [1, 1, 4, 16, 50, 50, 50, 50]


def test_steps_slower_than_that_go_one_by_one():
    pace = Pace()
    for _ in range(3):
        assert pace.count(10) == 1
        pace.record(1, 3.0)


def test_a_call_takes_no_more_than_what_is_left():
    pace = Pace()
    for _ in range(5):
        pace.record(pace.count(1000), 1e-6)
    assert pace.count(7) == 7
