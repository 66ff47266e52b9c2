"""What every schedule owes: a function of the step that is finite, whatever the length of the training."""

from __future__ import annotations

from sightkit.contracts import ScheduleFunction, ScheduleTask
from sightkit.errors import ConfigError, PluginError, SightkitError
from sightkit.runs.building.build import build_function
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError
from sightkit.testing.subject import Subject
from sightkit.training.loop.rate import rate_at

RATE = 0.1
LENGTHS = ((1, 1), (7, 3), (300, 30))
"""Trainings of so many steps, with so many an epoch."""


def schedule_for(subject: Subject, total: int, epoch: int, *, rate: float = RATE) -> ScheduleFunction:
    """Return the schedule of a training."""
    task = ScheduleTask(learning_rate=rate, total_steps=total, steps_per_epoch=epoch)
    return build_function(subject.use, task)


def rates(subject: Subject, total: int, epoch: int, *, rate: float = RATE) -> list[float]:
    """Return the rate at every step of a training, from a schedule of its own."""
    schedule = schedule_for(subject, total, epoch, rate=rate)
    return [rate_at(schedule, step) for step in range(total)]


def accepted(subject: Subject) -> list[tuple[int, int]]:
    """Return the trainings that the schedule does not refuse, short ones first.

    Raises:
        SightkitError: it refuses them all, or fails for one.
    """

    def find() -> list[tuple[int, int]]:
        lengths: list[tuple[int, int]] = []
        for total, epoch in LENGTHS:
            try:
                schedule_for(subject, total, epoch)
            except ConfigError:
                if (total, epoch) == LENGTHS[-1] and not lengths:
                    raise
            else:
                lengths.append((total, epoch))
        return lengths

    return subject.once("accepted", find)


def builds(subject: Subject) -> None:
    """It builds a function for trainings of all lengths, or refuses those that are too short with a BuildError."""
    try:
        accepted(subject)
    except SightkitError as error:
        raise BrokenContractError(
            expected="a function of the step, or a BuildError for a training that is too short",
            found=str(error),
            remedy="return a function from build, also for a training of one step, or raise sightkit.BuildError",
        ) from error


def is_finite_at_every_step(subject: Subject) -> None:
    """At every step of a training, the rate is a finite number of at least 0."""
    for total, epoch in accepted(subject):
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
    total, epoch = accepted(subject)[-1]
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
    total, epoch = accepted(subject)[-1]
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
