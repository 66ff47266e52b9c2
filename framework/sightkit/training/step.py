"""The compiled part of training: one function that runs many steps a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import tensorflow as tf

from sightkit.errors import PluginError

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction
    from sightkit.training.augment import Augment
    from sightkit.training.feed import Block

Gradients: TypeAlias = list[tf.Tensor | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResults:
    """What came of some steps.

    Attributes:
        losses: float32 ``(steps,)``; the mean over the batch, with the model's own regularisation.
        hits: int32 ``(steps,)``; how many images of the batch were classified rightly.
        finite: Whether loss and gradient were finite in every step. If not, the last step here is the first that
            wasn't: it left trainable weights and optimizer as they were, and none came after it.
    """

    losses: NDArray[np.float32]
    hits: NDArray[np.int32]
    finite: bool


class Steps:
    """Training steps of a model, compiled once for all batch sizes and numbers of steps.

    The loop over steps is in the graph, outside `tf.distribute.Strategy.run`, which each step goes through twice: for
    the gradients, and, if they are finite, to apply them.

    Args:
        model: float32 images to float32 logits.
        optimizer: Over a plain learning-rate variable; built for the model's trainable variables here if it wasn't.
        loss: ``(one-hot labels, logits) -> (batch,)``.
        augment: What is done to a batch before the model sees it; ``None`` for nothing.
        image_shape: ``(height, width, channels)``.
        num_classes: The width of one-hot labels.
        class_weights: What the loss of each class is multiplied by, float32 ``(classes,)``; that of a soft label is
            mixed as the label is. ``None`` for 1.
    """

    def __init__(
        self,
        model: keras.Model,
        *,
        optimizer: keras.optimizers.Optimizer,
        loss: LossFunction,
        augment: Augment | None,
        image_shape: tuple[int, int, int],
        num_classes: int,
        class_weights: NDArray[np.float32] | None = None,
    ) -> None:
        self._model = model
        self._optimizer = optimizer
        self._loss = loss
        self._augment = augment
        self._image_shape = image_shape
        self._num_classes = num_classes
        self._class_weights = class_weights
        self._strategy = tf.distribute.get_strategy()
        self._variables = trainable_variables(model)
        with self._strategy.scope():
            optimizer.build(self._variables)
        self._compiled = tf.function(self._run, input_signature=self._signature(), autograph=False)

    def run(self, block: Block, rates: NDArray[np.float32]) -> StepResults:
        """Do a step for each batch of ``block``, up to the first that isn't finite.

        Args:
            block: The batches and their images.
            rates: float32 ``(steps,)``; the learning rate of each.

        Raises:
            MemoryError: they need more memory than there is.
            PluginError: an operation of the model, the loss or an augmentation failed.
        """
        # The images are an argument, not a capture: a constant would be copied into the graph, which holds 2 GB.
        with tensorflow_errors():
            losses, hits, done, finite = self._compiled(
                block.images, block.labels, block.rows, block.batches.seeds, rates
            )
        count = int(done)
        return StepResults(losses=losses.numpy()[:count], hits=hits.numpy()[:count], finite=bool(finite))

    def _signature(self) -> list[tf.TensorSpec]:
        return [
            tf.TensorSpec((None, *self._image_shape), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None, None), tf.int32),
            tf.TensorSpec((None, None, 2), tf.int32),
            tf.TensorSpec((None,), tf.float32),
        ]

    def _run(
        self, images: tf.Tensor, labels: tf.Tensor, rows: tf.Tensor, seeds: tf.Tensor, rates: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        count = tf.shape(rows)[0]

        def goes_on(step: tf.Tensor, finite: tf.Tensor, *_: Any) -> tf.Tensor:
            return tf.logical_and(step < count, finite)

        def one_step(step: tf.Tensor, _finite: tf.Tensor, losses: Any, hits: Any) -> tuple[Any, ...]:
            batch = self._batch(*self._gathered(images, labels, rows[step]), seeds[step])
            loss, hit_count, gradients = self._strategy.run(self._gradients, args=batch)
            finite = is_finite(loss, gradients)
            tf.cond(finite, lambda: self._strategy.run(self._apply, args=(gradients, rates[step])), lambda: None)
            return step + 1, finite, losses.write(step, loss), hits.write(step, hit_count)

        losses = tf.TensorArray(tf.float32, size=count, element_shape=())
        hits = tf.TensorArray(tf.int32, size=count, element_shape=())
        start = (tf.constant(0), tf.constant(True), losses, hits)
        done, finite, losses, hits = tf.while_loop(goes_on, one_step, start, parallel_iterations=1)
        return losses.stack(), hits.stack(), done, finite

    def _gathered(self, images: tf.Tensor, labels: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.gather(images, rows), tf.gather(labels, rows)

    def _batch(self, pixels: tf.Tensor, labels: tf.Tensor, seeds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = tf.cast(pixels, tf.float32) / 255.0
        one_hot = tf.one_hot(labels, self._num_classes)
        return (images, one_hot) if self._augment is None else self._augment(images, one_hot, seeds)

    def _gradients(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, Gradients]:
        variables = [variable.value for variable in self._variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            logits = self._model(images, training=True)
            batch_size = tf.cast(tf.shape(images)[0], tf.float32)
            losses = per_sample(self._loss, labels, logits)
            if self._class_weights is not None:
                losses *= tf.linalg.matvec(labels, self._class_weights)
            loss = tf.reduce_sum(losses) / batch_size
            loss += sum(self._model.losses, start=tf.constant(0.0))
        gradients = tape.gradient(loss, variables)
        if all(gradient is None for gradient in gradients):
            message = "the loss does not depend on any trainable variable; expected it to be a function of the logits"
            raise PluginError(message)
        right = tf.argmax(logits, axis=-1) == tf.argmax(labels, axis=-1)
        return loss, tf.math.count_nonzero(right, dtype=tf.int32), gradients

    def _apply(self, gradients: Gradients, rate: tf.Tensor) -> None:
        self._optimizer.learning_rate.assign(rate)
        self._optimizer.apply(gradients, self._variables)


@contextmanager
def tensorflow_errors() -> Iterator[None]:
    """Tell what TensorFlow raises while it runs a graph as what it is; whose operation it was, TensorFlow can't say."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError(reason(error)) from error
    except tf.errors.OpError as error:
        message = (
            f"a step of training failed: {reason(error)}; this is a mistake in the architecture, the loss, an "
            "augmentation or the optimizer (--debug shows where)"
        )
        raise PluginError(message) from error


def reason(error: tf.errors.OpError) -> str:
    """Return what went wrong, without TensorFlow's account of where the operation was defined."""
    return str(error.message).split("\n\t [[")[0].split("\n\n")[-1].strip()


def trainable_variables(model: keras.Model) -> list[Any]:
    """Return what training changes.

    Raises:
        PluginError: nothing.
    """
    if variables := list(model.trainable_variables):
        return variables
    message = f"the model {model.name!r} has no trainable variables; expected some; unfreeze a layer"
    raise PluginError(message)


def per_sample(loss: LossFunction, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the losses float32 ``(batch,)``.

    Raises:
        PluginError: the loss gave something else, such as their mean.
    """
    losses = loss(labels, logits)
    if getattr(losses, "dtype", None) != tf.float32 or losses.shape.rank != 1:
        message = f"the loss returned {losses!r}; expected float32 of shape (batch,), one loss a sample, no mean"
        raise PluginError(message)
    message = "expected one loss a sample"
    with tf.control_dependencies([tf.debugging.assert_equal(tf.shape(losses), tf.shape(labels)[:1], message)]):
        return tf.identity(losses)


def is_finite(loss: tf.Tensor, gradients: Gradients) -> tf.Tensor:
    """Say whether the loss and the norm of all gradients together are finite."""
    norm = tf.linalg.global_norm(gradients)
    return tf.logical_and(tf.math.is_finite(loss), tf.math.is_finite(norm))
