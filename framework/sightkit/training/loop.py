"""The training loop: epochs of compiled steps, driven from outside as a generator."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sightkit.training.callbacks import Callbacks, keras_logs
from sightkit.training.calls import Calls
from sightkit.training.feed import feed_for
from sightkit.training.progress import EpochLog, Progress
from sightkit.training.rate import LearningRate
from sightkit.training.step import Steps

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction, ScheduleFunction
    from sightkit.training.augment import Augment
    from sightkit.training.plan import Plan

ProgressFunction: TypeAlias = Callable[[Progress], None]


def train_epochs(
    model: keras.Model,
    plan: Plan,
    *,
    optimizer: keras.optimizers.Optimizer,
    schedule: ScheduleFunction,
    loss: LossFunction,
    class_weights: NDArray[np.float32] | None = None,
    augment: Augment | None = None,
    epochs: int,
    memory: float = math.inf,
    evaluate: Callable[[], Mapping[str, float]] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    higher_is_better: Mapping[str, bool] | None = None,
    progress: ProgressFunction | None = None,
) -> Generator[EpochLog, None, None]:
    """Train ``model`` on the training split, yielding after each epoch; nothing happens until the first is asked for.

    The batch of a step is what ``plan`` says, and nothing else decides it. Whoever stops asking stops the training: the
    model keeps its weights, and the callbacks' ``on_train_end`` is not called.

    Args:
        model: float32 images to float32 logits, as `assemble` returns it.
        plan: The batches, and the images that they are of.
        optimizer: Fresh, over a plain learning-rate variable; it is ``model.optimizer`` while the training lasts.
        schedule: The learning rate at a step of the stage.
        loss: ``(one-hot labels, logits) -> (batch,)``.
        class_weights: What the loss of each class is multiplied by, float32 ``(classes,)``; ``None`` for 1.
        augment: The composed augmentations, or ``None``.
        epochs: Passes over the training split.
        memory: Bytes of images that may be held in memory; more are gathered for each call, with the same result.
        evaluate: Called after each epoch; its result is the log's ``validation``.
        callbacks: Keras callbacks. They see the logs that `keras.Model.fit` would give them, may set the optimizer's
            learning rate, which scales the schedule from then on, and may set ``model.stop_training``.
        higher_is_better: The direction of the scores of ``evaluate``, for callbacks that monitor one with
            ``mode="auto"``; those of loss and accuracy are known.
        progress: Called after each call of the compiled loop.

    Yields:
        The numbers of each epoch.

    Raises:
        DataError: images that are decoded on demand can't be read any more.
        DivergedError: loss or gradient of a step is not finite. The trainable weights and the optimizer are as they
            were before it; BatchNorm's running statistics have seen its images.
        PluginError: the optimizer, the loss or an augmentation breaks its contract, or nothing is trainable.
    """
    rate = LearningRate(optimizer, schedule)
    steps = Steps(
        model,
        optimizer=optimizer,
        loss=loss,
        class_weights=class_weights,
        augment=augment,
        image_shape=plan.data.image_shape,
        num_classes=plan.data.num_classes,
    )
    feed = feed_for(plan.data, memory=memory)
    with training_with(optimizer, model):
        listeners = Callbacks(
            callbacks, model=model, epochs=epochs, steps=plan.steps, higher_is_better=higher_is_better or {}
        )
        calls = Calls(model=model, plan=plan, feed=feed, steps=steps, rate=rate, callbacks=listeners)
        yield from Epochs(calls=calls, epochs=epochs, evaluate=evaluate, progress=progress).logs()


@contextmanager
def training_with(optimizer: keras.optimizers.Optimizer, model: keras.Model) -> Iterator[None]:
    """Let callbacks find the optimizer at the model. Afterwards it is gone: else a file of the model would hold it."""
    before = getattr(model, "optimizer", None)
    model.optimizer, model.stop_training = optimizer, False
    try:
        yield
    finally:
        model.optimizer = before


@dataclass(frozen=True, kw_only=True)
class Epochs:
    """The epochs of a training, each of them calls, validation and what callbacks make of it."""

    calls: Calls
    epochs: int
    evaluate: Callable[[], Mapping[str, float]] | None
    progress: ProgressFunction | None

    def logs(self) -> Iterator[EpochLog]:
        """Train, yielding the numbers of each epoch."""
        callbacks, rate = self.calls.callbacks, self.calls.rate
        logs: dict[str, float] = {}
        with rate.open_to_callbacks(step=0):
            callbacks.tell("on_train_begin")
        for epoch in range(1, self.epochs + 1):
            with rate.open_to_callbacks(step=self.calls.plan.steps * (epoch - 1)):
                callbacks.tell("on_epoch_begin", epoch - 1)
            log = self.epoch(epoch)
            logs = keras_logs(log)
            with rate.open_to_callbacks():
                callbacks.tell("on_epoch_end", epoch - 1, logs)
            yield log
            if self.calls.model.stop_training:
                break
        callbacks.tell("on_train_end", logs)

    def epoch(self, epoch: int) -> EpochLog:
        """Train for an epoch, validate, and return its numbers."""
        with closing(self.calls.epoch(epoch)) as tallies:
            for tally in tallies:
                if self.progress:
                    self.progress(tally.progress(epoch=epoch, epochs=self.epochs, steps=self.calls.plan.steps))
        validation = self.evaluate() if self.evaluate else {}
        return tally.log(epoch=epoch, learning_rate=self.calls.rate.last, validation=validation)
