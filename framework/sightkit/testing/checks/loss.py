"""What every loss owes: one finite number a sample, lower where the logits are right, with a gradient that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.contracts import LossTask
from sightkit.errors import SightkitError
from sightkit.runs.building.build import build_function
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError
from sightkit.testing.subject import Subject

if TYPE_CHECKING:
    import tensorflow as tf
    from numpy.typing import NDArray

CLASSES, COUNT = 4, 12
EXTREME = 200.0
"""Logits of this size come up when a training goes badly; their exponential is beyond float32."""
TOLERANCE = 1e-5


def labels() -> tf.Tensor:
    """Return labels of every class, one-hot and mixed."""
    hard = np.eye(CLASSES, dtype=np.float32)[np.arange(COUNT) % CLASSES]
    hard[-CLASSES:] = 0.7 * hard[-CLASSES:] + 0.3 * np.roll(hard[-CLASSES:], 1, axis=1)
    return as_tensor(hard)


def logits(scale: float = 2.0) -> tf.Tensor:
    """Return logits of some size."""
    return as_tensor(np.random.default_rng(0).normal(0, scale, (COUNT, CLASSES)).astype(np.float32))


def as_tensor(values: Any) -> tf.Tensor:
    """Return an array as a tensor."""
    import tensorflow as tf

    return tf.constant(values)


def losses(subject: Subject, of_labels: tf.Tensor, of_logits: tf.Tensor) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return the losses and their gradient with respect to the logits, compiled as in training."""
    import tensorflow as tf

    from sightkit.training.steps.loss import per_sample

    def compiled() -> Any:
        loss = build_function(subject.use, LossTask(num_classes=CLASSES))

        def compute(given: tf.Tensor, predicted: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
            with tf.GradientTape() as tape:
                tape.watch(predicted)
                made = per_sample(loss, given, predicted)
            return made, tape.gradient(made, predicted)

        spec = tf.TensorSpec((None, CLASSES))
        return tf.function(compute, input_signature=[spec, spec], autograph=False)

    made, gradient = subject.once("compiled", compiled)(of_labels, of_logits)
    return made.numpy(), None if gradient is None else gradient.numpy()


def gives_one_loss_a_sample(subject: Subject) -> None:
    """Compiled without AutoGraph, it gives float32 of shape (batch,), for one-hot and for mixed labels."""
    try:
        losses(subject, labels(), logits())
    except (SightkitError, Exception) as error:
        raise BrokenContractError(
            expected="float32 of shape (batch,), one loss a sample",
            found=" ".join(str(error).split()),
            remedy="reduce over the classes only (axis=-1); the core takes the mean; choose with tf.where or tf.cond",
        ) from error


def is_finite(subject: Subject) -> None:
    """It and its gradient are finite, also where the logits are very large."""
    for scale in (2.0, EXTREME):
        made, gradient = losses(subject, labels(), logits(scale))
        gradients = np.zeros(COUNT) if gradient is None else gradient.sum(axis=1)
        counts = [np.count_nonzero(~np.isfinite(values)) for values in (made, gradients)]
        if any(counts):
            raise BrokenContractError(
                expected=f"finite losses and gradients for logits around {scale:.0f}",
                found=f"of {COUNT} samples, {counts[0]} losses and {counts[1]} gradients that are not finite",
                remedy="start from the logits: tf.nn.log_softmax or tf.nn.softmax_cross_entropy_with_logits, not the "
                "logarithm of a softmax",
            )


def has_a_gradient(subject: Subject) -> None:
    """Its gradient reaches the logits of every sample."""
    _, gradient = losses(subject, labels(), logits())
    if gradient is None or not gradient.any(axis=1).all():
        raise BrokenContractError(
            expected="a gradient with respect to the logits of every sample",
            found="none" if gradient is None else f"zeros for {np.count_nonzero(~gradient.any(axis=1))} samples",
            remedy="use operations that can be differentiated: no argmax, no rounding, no comparison, no stop_gradient",
        )


def prefers_what_is_right(subject: Subject) -> None:
    """Confident and right costs less than undecided, and that less than confident and wrong."""
    hard = np.eye(CLASSES, dtype=np.float32)[np.arange(COUNT) % CLASSES]
    guesses = {"right": 4 * hard, "undecided": 0 * hard, "wrong": 4 * np.roll(hard, 1, axis=1)}
    means = {name: float(losses(subject, as_tensor(hard), as_tensor(each))[0].mean()) for name, each in guesses.items()}
    if not means["right"] < means["undecided"] < means["wrong"]:
        raise BrokenContractError(
            expected="a lower loss for right logits than for undecided ones, and for these than for wrong ones",
            found=", ".join(f"{name} {value:.4g}" for name, value in means.items()),
            remedy="turn its sign, or compare the arguments: the first is the labels, the second the logits",
        )


def heeds_mixed_labels(subject: Subject) -> None:
    """Where an image is of two classes by shares, it counts both: mixing and smoothing make such labels."""
    hard = np.eye(CLASSES, dtype=np.float32)[np.arange(COUNT) % CLASSES]
    mixed = 0.6 * hard + 0.4 * np.roll(hard, 1, axis=1)
    one, other = (losses(subject, as_tensor(each), logits())[0] for each in (hard, mixed))
    if np.allclose(one, other, rtol=TOLERANCE, atol=0.0):
        raise BrokenContractError(
            expected="another loss for 60 % of one class and 40 % of another than for the first alone",
            found="the same one",
            remedy="use labels as they are, by their shares: no argmax and no rounding of them",
        )


def does_not_see_the_rest_of_the_batch(subject: Subject) -> None:
    """The loss of a sample does not depend on the others in its batch."""
    whole, _ = losses(subject, labels(), logits())
    alone = np.concatenate([losses(subject, labels()[i : i + 1], logits()[i : i + 1])[0] for i in range(COUNT)])
    if (difference := float(np.abs(whole - alone).max())) > TOLERANCE * max(1.0, float(np.abs(whole).max())):
        raise BrokenContractError(
            expected="the same loss of a sample in every batch",
            found=f"a difference of {difference:.2g} between alone and together",
            remedy="use no mean, maximum or size of the batch: a training on several devices divides it",
        )


CONTRACT = Contract(
    first=(gives_one_loss_a_sample,),
    then=(is_finite, has_a_gradient, prefers_what_is_right, heeds_mixed_labels, does_not_see_the_rest_of_the_batch),
)
