"""The compiled part of training: one function that runs many steps a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import tensorflow as tf

from sightkit.errors import PluginError
from sightkit.training.devices.replicas import Replicas

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction
    from sightkit.training.batches.augment import Augment
    from sightkit.training.batches.feed import Block
    from sightkit.training.steps.accumulation import Accumulation
    from sightkit.training.steps.averages import Averages

Gradients: TypeAlias = list[tf.Tensor | None]
Samples: TypeAlias = tuple[tf.Tensor, ...]
"""Inputs, labels and, where images have weights, these: float32 ``(n,)``. A graph without them has no trace of them."""


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
        model: float32 inputs to float32 logits.
        optimizer: Over a plain learning-rate variable; built for the model's trainable variables here if it wasn't.
        loss: ``(one-hot labels, logits) -> (batch,)``.
        augment: What is done to a batch before the model sees it; ``None`` for nothing.
        mixes: Whether ``augment`` mixes the images of a batch, so that all of them have to be there.
        inputs: Shape and dtype of an input: uint8 images, which become float32 in [0, 1], or float32 features.
        num_classes: The width of one-hot labels.
        class_weights: What the loss of each class is multiplied by, float32 ``(classes,)``; that of a soft label is
            mixed as the label is. ``None`` for 1.
        weighted: Whether images have weights, which the loss of each is multiplied by, too; that of a mixed image is
            mixed as its label is.
        accumulation: Adds up gradients over steps; ``None`` to apply those of each.
        averages: Follow the weights after each update; ``None`` for none.
        update_scales: What the update of each trainable variable is multiplied by; ``None`` for 1.
        replicas: What shares each batch.
    """

    def __init__(
        self,
        model: keras.Model,
        *,
        optimizer: keras.optimizers.Optimizer,
        loss: LossFunction,
        augment: Augment | None,
        inputs: tf.TensorSpec,
        num_classes: int,
        mixes: bool = False,
        class_weights: NDArray[np.float32] | None = None,
        weighted: bool = False,
        accumulation: Accumulation | None = None,
        averages: Averages | None = None,
        update_scales: Sequence[float] | None = None,
        replicas: Replicas | None = None,
    ) -> None:
        self._model = model
        self._optimizer = optimizer
        self._loss = loss
        self._augment = augment
        self._mixes = mixes
        self._inputs = inputs
        self._num_classes = num_classes
        self._class_weights = class_weights
        self._weighted = weighted
        self._accumulation = accumulation
        self._averages = averages
        self._update_scales = update_scales
        self._replicas = replicas or Replicas()
        self._variables = trainable_variables(model)
        with self._replicas.scope():
            optimizer.build(self._variables)
        # TensorFlow warns of a function that it traces often, and tells methods of different objects apart only so.
        self._compiled = tf.function(partial(self._run), input_signature=self._signature(), autograph=False)

    def run(self, block: Block, rates: NDArray[np.float32]) -> StepResults:
        """Do a step for each batch of ``block``, up to the first that isn't finite.

        Args:
            block: The batches and their images.
            rates: float32 ``(steps,)``; the learning rate of each.

        Raises:
            MemoryError: they need more memory than there is.
            PluginError: an operation of the model, the loss or an augmentation failed.
            WorkerLostError: another process that trains with this one is gone.
        """
        weights = () if block.weights is None else (block.weights,)
        samples = (block.images, block.labels, *weights)
        # The images are an argument, not a capture: a constant would be copied into the graph, which holds 2 GB.
        with self._replicas.telling_lost_workers(), tensorflow_errors():
            losses, hits, done, finite = self._compiled(samples, block.rows, block.batches.seeds, rates)
        count = int(done)
        return StepResults(losses=losses.numpy()[:count], hits=hits.numpy()[:count], finite=bool(finite))

    def _signature(self) -> list[Any]:
        weights = (tf.TensorSpec((None,), tf.float32),) if self._weighted else ()
        return [
            (
                tf.TensorSpec((None, *self._inputs.shape), self._inputs.dtype),
                tf.TensorSpec((None,), tf.int32),
                *weights,
            ),
            tf.TensorSpec((None, None), tf.int32),
            tf.TensorSpec((None, None, 2), tf.int32),
            tf.TensorSpec((None,), tf.float32),
        ]

    def _run(
        self, samples: Samples, rows: tf.Tensor, seeds: tf.Tensor, rates: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        count, run, first = tf.shape(rows)[0], self._replicas.strategy.run, self._replicas.first

        def goes_on(step: tf.Tensor, finite: tf.Tensor, *_: Any) -> tf.Tensor:
            return tf.logical_and(step < count, finite)

        def one_step(step: tf.Tensor, _finite: tf.Tensor, losses: Any, hits: Any) -> tuple[Any, ...]:
            size = tf.shape(rows)[1]
            if self._mixes:
                batch = self._batch(seeds[step], *self._gathered(samples, rows[step]))
                results = run(self._gradients_of_share, args=(batch, size))
            else:
                results = run(self._gradients_of_rows, args=(samples, rows[step], seeds[step], size))
            loss, hit_count, finite = (first(value) for value in results[:3])
            tf.cond(finite, lambda: self._update(results[3], rates[step]), lambda: None)
            return step + 1, finite, losses.write(step, loss), hits.write(step, tf.cast(hit_count, tf.int32))

        losses = tf.TensorArray(tf.float32, size=count, element_shape=())
        hits = tf.TensorArray(tf.int32, size=count, element_shape=())
        start = (tf.constant(0), tf.constant(True), losses, hits)
        done, finite, losses, hits = tf.while_loop(goes_on, one_step, start, parallel_iterations=1)
        return losses.stack(), hits.stack(), done, finite

    def _gathered(self, samples: Samples, rows: tf.Tensor) -> Samples:
        return tuple(tf.gather(each, rows) for each in samples)

    def _batch(
        self, seeds: tf.Tensor, pixels: tf.Tensor, labels: tf.Tensor, *weights: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        """Return images, labels and weights of a batch as the model is to learn from them."""
        images = tf.cast(pixels, tf.float32) / 255.0 if pixels.dtype == tf.uint8 else pixels
        one_hot = tf.one_hot(labels, self._num_classes)
        if self._augment is None:
            return images, one_hot, *weights
        augmented = self._augment(images, one_hot, seeds)
        if self._mixes:
            # It is a function of its arguments alone: labels that carry the weights are mixed as the others were.
            weights = tuple(
                tf.reduce_sum(self._augment(images, one_hot * each[:, None], seeds)[1], axis=-1) for each in weights
            )
        return *augmented, *weights

    def _gradients_of_rows(
        self, samples: Samples, rows: tf.Tensor, seeds: tf.Tensor, size: tf.Tensor
    ) -> tuple[Any, ...]:
        """Draws of an image are its own: each replica gathers and augments no more than its share."""
        share = self._replicas.share
        return self._gradients(size, *self._batch(share(seeds), *self._gathered(samples, share(rows))))

    def _gradients_of_share(self, batch: Samples, size: tf.Tensor) -> tuple[Any, ...]:
        """Images of the whole batch were mixed: each replica takes its share of the result."""
        return self._gradients(size, *(self._replicas.share(each) for each in batch))

    def _gradients(self, size: tf.Tensor, images: tf.Tensor, labels: tf.Tensor, *weights: tf.Tensor) -> tuple[Any, ...]:
        """Return loss, hits, whether all is finite, and the gradients, of the whole batch of ``size`` images."""
        variables = [variable.value for variable in self._variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            logits = self._model(images, training=True)
            losses = self._loss(labels, logits)
            if self._class_weights is not None:
                losses *= tf.linalg.matvec(labels, self._class_weights)
            for each in weights:
                losses *= each
            loss = tf.reduce_sum(losses) / tf.cast(size, tf.float32)
            loss += sum(self._model.losses, start=tf.constant(0.0)) / self._replicas.count
        gradients = tape.gradient(loss, variables)
        if all(gradient is None for gradient in gradients):
            message = "the loss does not depend on any trainable variable; expected it to be a function of the logits"
            raise PluginError(message)
        right = tf.argmax(logits, axis=-1) == tf.argmax(labels, axis=-1)
        hits = tf.math.count_nonzero(right, dtype=tf.float32)  # GPUs add up floats only
        loss, hits, *gradients = self._replicas.total([loss, hits, *gradients])
        return loss, hits, is_finite(loss, gradients), gradients

    def _update(self, gradients: Gradients, rate: tf.Tensor) -> None:
        run = self._replicas.strategy.run
        if self._accumulation is None:
            run(self._apply, args=(gradients, rate))
        else:
            accumulation = self._accumulation
            tf.cond(
                accumulation.is_complete(),
                lambda: run(self._apply_mean, args=(gradients, rate)),
                lambda: run(accumulation.add, args=(gradients,)),
            )

    def _apply_mean(self, gradients: Gradients, rate: tf.Tensor) -> None:
        assert self._accumulation is not None
        self._apply(self._accumulation.take(gradients), rate)

    def _apply(self, gradients: Gradients, rate: tf.Tensor) -> None:
        scaled = [pair for pair in zip(self._variables, self._update_scales or (), strict=False) if pair[1] != 1.0]
        before = [tf.identity(variable.value) for variable, _ in scaled]
        self._optimizer.learning_rate.assign(rate)
        self._optimizer.apply(self._replicas.once(gradients), self._variables)
        for (variable, scale), old in zip(scaled, before, strict=True):
            variable.assign(old + scale * (variable.value - old))
        if self._averages:
            self._averages.follow()


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
    """Return what went wrong, without TensorFlow's account of where, and without the traceback of a Python function."""
    told = str(error.message).split("\n\t [[")[0].strip().split("\n\n")[-1].strip()
    return told.replace('\\"', '"')  # an assertion escapes quotes


def trainable_variables(model: keras.Model) -> list[Any]:
    """Return what training changes.

    Raises:
        PluginError: nothing.
    """
    if variables := list(model.trainable_variables):
        return variables
    message = f"the model {model.name!r} has no trainable variables; expected some; unfreeze a layer"
    raise PluginError(message)


def is_finite(loss: tf.Tensor, gradients: Gradients) -> tf.Tensor:
    """Say whether the loss and the norm of all gradients together are finite."""
    norm = tf.linalg.global_norm(gradients)
    return tf.logical_and(tf.math.is_finite(loss), tf.math.is_finite(norm))
