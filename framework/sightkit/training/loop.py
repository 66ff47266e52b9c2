"""The training loop: epochs of compiled steps, driven from outside as a generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from sightkit.training.callbacks import Callbacks, keras_logs
from sightkit.training.calls import Calls
from sightkit.training.plan import Plan
from sightkit.training.progress import EpochLog, Progress
from sightkit.training.rate import LearningRate
from sightkit.training.step import Steps

if TYPE_CHECKING:
    import keras

    from sightkit.contracts import LossFunction, ScheduleFunction
    from sightkit.images import PreparedData
    from sightkit.training.augment import Augment

ProgressFunction: TypeAlias = Callable[[Progress], None]


def train_epochs(
    model: keras.Model,
    data: PreparedData,
    *,
    optimizer: keras.optimizers.Optimizer,
    schedule: ScheduleFunction,
    loss: LossFunction,
    augment: Augment | None = None,
    epochs: int,
    batch_size: int,
    seed: int,
    stage: int = 0,
    evaluate: Callable[[], Mapping[str, float]] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    higher_is_better: Mapping[str, bool] | None = None,
    progress: ProgressFunction | None = None,
) -> Iterator[EpochLog]:
    """Train ``model`` on the training split, yielding after each epoch; nothing happens until the first is asked for.

    The batch of a step is a function of ``seed``, ``stage`` and the step alone. Whoever stops asking stops the
    training: the model keeps its weights, and the callbacks' ``on_train_end`` is not called.

    Args:
        model: float32 images to float32 logits, as `assemble` returns it.
        data: The images and the splits.
        optimizer: Fresh, over a plain learning-rate variable; it is ``model.optimizer`` while the training lasts.
        schedule: The learning rate at a step of the stage.
        loss: ``(one-hot labels, logits) -> (batch,)``.
        augment: The composed augmentations, or ``None``.
        epochs: Passes over the training split.
        batch_size: Images a step; the last batch of an epoch has what is left.
        seed: The experiment's.
        stage: Counted from 0.
        evaluate: Called after each epoch; its result is the log's ``validation``.
        callbacks: Keras callbacks. They see the logs that `keras.Model.fit` would give them, may set the optimizer's
            learning rate, which scales the schedule from then on, and may set ``model.stop_training``.
        higher_is_better: The direction of the scores of ``evaluate``, for callbacks that monitor one with
            ``mode="auto"``; those of loss and accuracy are known.
        progress: Called after each call of the compiled loop.

    Yields:
        The numbers of each epoch.

    Raises:
        DivergedError: loss or gradient of a step is not finite. The trainable weights and the optimizer are as they
            were before it; BatchNorm's running statistics have seen its images.
        PluginError: the optimizer, the loss or an augmentation breaks its contract, or nothing is trainable.
    """
    plan = Plan(data=data, batch_size=batch_size, seed=seed, stage=stage)
    rate = LearningRate(optimizer, schedule)
    steps = Steps(
        model,
        optimizer=optimizer,
        loss=loss,
        augment=augment,
        images=data.images,
        labels=data.labels,
        num_classes=data.num_classes,
    )
    before = getattr(model, "optimizer", None)
    model.optimizer, model.stop_training = optimizer, False
    try:
        listeners = Callbacks(
            callbacks, model=model, epochs=epochs, steps=plan.steps, higher_is_better=higher_is_better or {}
        )
        calls = Calls(model=model, plan=plan, steps=steps, rate=rate, callbacks=listeners)
        logs: dict[str, float] = {}
        with rate.open_to_callbacks(step=0):
            listeners.tell("on_train_begin")
        for epoch in range(1, epochs + 1):
            with rate.open_to_callbacks(step=plan.steps * (epoch - 1)):
                listeners.tell("on_epoch_begin", epoch - 1)
            for tally in calls.epoch(epoch):
                if progress:
                    progress(tally.progress(epoch=epoch, epochs=epochs, steps=plan.steps))
            log = tally.log(epoch=epoch, learning_rate=rate.last, validation=evaluate() if evaluate else {})
            logs = keras_logs(log)
            with rate.open_to_callbacks():
                listeners.tell("on_epoch_end", epoch - 1, logs)
            yield log
            if model.stop_training:
                break
        listeners.tell("on_train_end", logs)
    finally:
        model.optimizer = before  # else a file of the model would hold the optimizer's state too
