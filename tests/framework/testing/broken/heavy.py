"""A schedule that anybody would take, in a module that loads a heavy library."""

import numpy as np

from sightkit import Params, Schedule, hookimpl


class Nothing(Params):
    """No parameters."""


@hookimpl
def sightkit_schedules():
    build = lambda params, task: lambda step: float(np.float64(task.learning_rate))  # noqa: E731
    return [Schedule(name="imports-lightly", summary="Broken.", params=Nothing, build=build)]
