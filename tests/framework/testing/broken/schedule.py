"""Schedules that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

import itertools

from sightkit import Params, Schedule, hookimpl


class Nothing(Params):
    """No parameters."""


def a_number(_params, task):
    return task.learning_rate


def divided_by_the_last_step(_params, task):
    return lambda step: task.learning_rate * (1 - step / (task.total_steps - 1))


def counting_for_itself(_params, task):
    counter = itertools.count(1)
    return lambda _step: task.learning_rate / next(counter)


def a_rate_of_its_own(_params, _task):
    return lambda step: 0.01 / (step + 1)


BROKEN = {
    "builds": a_number,
    "is-finite-at-every-step": divided_by_the_last_step,
    "is-a-function-of-the-step": counting_for_itself,
    "starts-from-the-learning-rate": a_rate_of_its_own,
}


@hookimpl
def sightkit_schedules():
    return [Schedule(name=name, summary="Broken.", params=Nothing, build=build) for name, build in BROKEN.items()]
