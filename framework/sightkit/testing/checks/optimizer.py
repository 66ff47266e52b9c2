"""What every optimizer owes: it descends, heeds the learning rate, and goes on from its variables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sightkit.contracts import OptimizerTask
from sightkit.errors import SightkitError
from sightkit.runs.building.build import build
from sightkit.runs.building.stages import initial_rate
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError
from sightkit.testing.subject import Subject

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

TASK = OptimizerTask(total_steps=60, steps_per_epoch=10)
STEPS, FEW = 60, 3
TOLERANCE = 0.01
"""How far weights may differ for rounding, as a part of the way that they have come."""
SHAPE = (5, 4)


class Training:
    """A least-squares problem with a kernel and a bias, and an optimizer that is to solve it.

    Args:
        optimizer: A fresh one.
        compiled: Whether steps are compiled; Python runs each of them otherwise.
    """

    def __init__(self, optimizer: keras.optimizers.Optimizer, *, compiled: bool = True) -> None:
        import keras
        import tensorflow as tf

        random = np.random.default_rng(0)
        inputs = random.normal(size=(32, SHAPE[0])).astype(np.float32)
        targets = inputs @ random.normal(size=SHAPE).astype(np.float32) + 1.0
        self.optimizer = optimizer
        self.weights = [keras.Variable(np.zeros(SHAPE, np.float32)), keras.Variable(np.zeros(SHAPE[1], np.float32))]
        self.weights[0].assign(random.normal(size=SHAPE).astype(np.float32) * 0.1)
        optimizer.build(self.weights)

        def step(rate: tf.Tensor) -> tf.Tensor:
            values = [weight.value for weight in self.weights]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(values)
                error = tf.constant(inputs) @ values[0] + values[1] - tf.constant(targets)
                loss = tf.reduce_mean(tf.square(error))
            optimizer.learning_rate.assign(rate)
            optimizer.apply(tape.gradient(loss, values), self.weights)
            return loss

        function = tf.function(step, input_signature=[tf.TensorSpec(())], autograph=False)
        self._step = function if compiled else step

    @property
    def variables(self) -> list[Any]:
        """All that a checkpoint holds."""
        return [*self.weights, *self.optimizer.variables]

    def values(self) -> list[NDArray[Any]]:
        """Return the value of each variable."""
        return [variable.numpy() for variable in self.variables]

    def go(self, steps: int, rate: float) -> list[float]:
        """Take steps at a learning rate and return the loss before each."""
        import tensorflow as tf

        return [float(self._step(tf.constant(rate))) for _ in range(steps)]


def fresh(subject: Subject) -> keras.optimizers.Optimizer:
    """Return an optimizer of its own for a check."""
    from sightkit.training.devices.host import seeded_build

    with seeded_build(0):
        return build(subject.use, TASK)


def builds_a_fresh_optimizer(subject: Subject) -> None:
    """It builds a Keras optimizer for no variables yet, with a plain learning rate that its params state."""
    import keras

    remedy = "return keras.optimizers.X(learning_rate=params.learning_rate), not built and without a Keras schedule"
    expected = "a fresh keras.optimizers.Optimizer with a plain learning rate, and params with a number learning_rate"
    try:
        made, rate = fresh(subject), initial_rate(subject.use)
    except SightkitError as error:
        raise BrokenContractError(expected=expected, found=str(error), remedy=remedy) from error
    if not isinstance(made, keras.optimizers.Optimizer) or made.built:
        found = "one that is built already" if isinstance(made, keras.optimizers.Optimizer) else repr(made)
        raise BrokenContractError(expected=expected, found=found, remedy=remedy)
    variable = made.learning_rate
    if not hasattr(variable, "assign"):
        raise BrokenContractError(expected=expected, found=f"the learning rate {variable!r}", remedy=remedy)
    if not np.isclose(float(variable.numpy()), rate, rtol=1e-6):
        found = f"{float(variable.numpy()):.6g} where params say {rate:.6g}"
        raise BrokenContractError(expected=expected, found=found, remedy=remedy)


def applies_compiled(subject: Subject) -> None:
    """It updates variables inside a compiled step."""
    try:
        trained(subject)
    except Exception as error:
        raise BrokenContractError(
            expected="updates of a kernel and a bias in a compiled step",
            found=f"{type(error).__name__}: {' '.join(str(error).split())}",
            remedy="use keras.ops or TensorFlow in update_step, not NumPy and not Python's if; make what it keeps in "
            "build with add_variable_from_reference",
        ) from error


Values: TypeAlias = "list[NDArray[Any]]"


def trained(subject: Subject) -> tuple[list[float], Values, Values]:
    """Return the losses of a training at the optimizer's own learning rate, and the weights before and after it."""

    def train() -> tuple[list[float], Values, Values]:
        training = Training(fresh(subject))
        count = len(training.weights)
        before = training.values()[:count]
        return training.go(STEPS, initial_rate(subject.use)), before, training.values()[:count]

    return subject.once("trained", train)


def descends(subject: Subject) -> None:
    """It makes the loss of a least-squares problem fall, and changes every weight on the way."""
    losses, before, after = trained(subject)
    if not losses[-1] < losses[0]:
        raise BrokenContractError(
            expected=f"a loss below {losses[0]:.4g} after {STEPS} steps",
            found=f"{losses[-1]:.4g}",
            remedy="subtract the update from the variables; if the default learning rate is why, lower it",
        )
    stayed = [value.shape for value, other in zip(before, after, strict=True) if np.array_equal(value, other)]
    if stayed:
        raise BrokenContractError(
            expected=f"every weight to change in {STEPS} steps",
            found=f"one of shape {stayed[0]} that stays as it was",
            remedy="update variables of every shape, biases among them; what is not to change is frozen by a stage",
        )


def few_steps(subject: Subject) -> Values:
    """Return the weights after a few steps at the optimizer's own learning rate, made once."""

    def train() -> Values:
        training = Training(fresh(subject))
        training.go(FEW, initial_rate(subject.use))
        return training.values()[: len(training.weights)]

    return subject.once("few", train)


def heeds_the_learning_rate(subject: Subject) -> None:
    """Another learning rate gives other weights: schedules set it before each step."""
    slower = Training(fresh(subject))
    slower.go(FEW, initial_rate(subject.use) / 10)
    if same(few_steps(subject), slower.values()[: len(slower.weights)]):
        raise BrokenContractError(
            expected="other weights from a tenth of the learning rate",
            found="the same ones",
            remedy="use the argument learning_rate of update_step, not a number kept from __init__",
        )


def does_the_same_uncompiled(subject: Subject) -> None:
    """Compiled, as in training, and called as it is, it makes the same steps."""
    plain = Training(fresh(subject), compiled=False)
    start = plain.values()[0]
    plain.go(FEW, initial_rate(subject.use))
    one, other = few_steps(subject)[0], plain.values()[0]
    if np.abs(one - other).max() > TOLERANCE * np.abs(one - start).max():
        raise BrokenContractError(
            expected=f"the same weights from {FEW} compiled steps and from {FEW} plain ones",
            found=f"a difference of {np.abs(one - other).max():.2g}",
            remedy="count in variables, such as self.iterations: what Python counts or computes is computed once, when "
            "the step is compiled",
        )


def goes_on_from_its_variables(subject: Subject) -> None:
    """A training that is resumed from the optimizer's variables ends with the same bits."""
    rate = initial_rate(subject.use)
    straight = Training(fresh(subject))
    straight.go(6, rate)
    first, second = Training(fresh(subject)), Training(fresh(subject))
    first.go(3, rate)
    for variable, value in zip(second.variables, first.values(), strict=True):
        variable.assign(value)
    second.go(3, rate)
    if not same(straight.values(), second.values()):
        raise BrokenContractError(
            expected="the same weights from six steps, and from three steps and three more after its variables were "
            "put back",
            found="different ones",
            remedy="keep all that changes from step to step in variables: add_variable or add_variable_from_reference",
        )


def same(ones: list[NDArray[Any]], others: list[NDArray[Any]]) -> bool:
    """Say whether arrays are equal bit for bit."""
    return all(np.array_equal(one, other) for one, other in zip(ones, others, strict=True))


CONTRACT = Contract(
    first=(builds_a_fresh_optimizer, applies_compiled),
    then=(descends, heeds_the_learning_rate, does_the_same_uncompiled, goes_on_from_its_variables),
)
