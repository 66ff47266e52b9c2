"""What every schedule owes: a function of the step that is finite, whatever the length of the training."""

from __future__ import annotations

from sightkit.contracts import ScheduleFunction, ScheduleTask
from sightkit.errors import PluginError, SightkitError
from sightkit.runs.building.build import build_function
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError
from sightkit.testing.subject import Subject
from sightkit.training.loop.rate import rate_at

RATE = 0.1
LENGTHS = ((1, 1), (7, 3), (100, 10), (1000, 100))
"""Trainings of so many steps, with so many an epoch."""


def schedule_for(subject: Subject, total: int, epoch: int, *, rate: float = RATE) -> ScheduleFunction:
    """Return the schedule of a training."""
    task = ScheduleTask(learning_rate=rate, total_steps=total, steps_per_epoch=epoch)
    return build_function(subject.use, task)


def rates(subject: Subject, total: int, epoch: int, *, rate: float = RATE) -> list[float]:
    """Return the rate at every step of a training, from a schedule of its own."""
    schedule = schedule_for(subject, total, epoch, rate=rate)
    return [rate_at(schedule, step) for step in range(total)]


def builds(subject: Subject) -> None:
    """It builds a function, however short the training, or refuses it with a BuildError."""
    for total, epoch in LENGTHS:
        try:
            schedule_for(subject, total, epoch)
        except SightkitError as error:
            raise BrokenContractError(
                expected=f"a function of the step, for a training of {total} steps with {epoch} an epoch",
                found=str(error),
                remedy="return a function from build; let a training of one step be one, too",
            ) from error


def is_finite_at_every_step(subject: Subject) -> None:
    """At every step of a training, the rate is a finite number of at least 0."""
    for total, epoch in LENGTHS:
        try:
            rates(subject, total, epoch)
        except (PluginError, ArithmeticError) as error:
            raise BrokenContractError(
                expected=f"a finite number of at least 0 at each of {total} steps",
                found=str(error),
                remedy="count steps from 0 to total_steps - 1, and divide by nothing that is 0 in a training of one "
                "step; return a float",
            ) from error


def is_a_function_of_the_step(subject: Subject) -> None:
    """Asked in another order, and twice, it says the same: a training that is resumed starts in the middle."""
    total, epoch = LENGTHS[2]
    schedule = schedule_for(subject, total, epoch)
    expected = [schedule(step) for step in range(total)]
    for step in reversed(range(total)):
        if (found := schedule(step)) != expected[step]:
            raise BrokenContractError(
                expected=f"{expected[step]} at step {step}, as when it was asked first",
                found=str(found),
                remedy="compute the rate from the step alone, and count nothing inside",
            )


def starts_from_the_learning_rate(subject: Subject) -> None:
    """Another learning rate of the optimizer gives other rates, and some step has one above 0."""
    total, epoch = LENGTHS[2]
    expected, other = rates(subject, total, epoch), rates(subject, total, epoch, rate=RATE / 2)
    if expected == other or not any(expected):
        raise BrokenContractError(
            expected="rates that depend on task.learning_rate",
            found="only zeros" if not any(expected) else f"the same for {RATE} and {RATE / 2}",
            remedy="multiply what you compute by task.learning_rate, which is the optimizer's own",
        )


CONTRACT = Contract(
    first=(builds, is_finite_at_every_step), then=(is_a_function_of_the_step, starts_from_the_learning_rate)
)
