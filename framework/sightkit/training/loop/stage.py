"""A stage of training: epochs of compiled steps, driven from outside as a generator, and all that changes meanwhile."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias

from sightkit.training.batches.feed import feed_for
from sightkit.training.devices.replicas import Replicas
from sightkit.training.loop.callbacks import Callbacks, keras_logs
from sightkit.training.loop.calls import Calls
from sightkit.training.loop.pace import Pace
from sightkit.training.loop.progress import EpochLog, Progress
from sightkit.training.loop.rate import LearningRate
from sightkit.training.loop.tally import Tally
from sightkit.training.steps.accumulation import Accumulation
from sightkit.training.steps.averages import Averages
from sightkit.training.steps.step import Steps, trainable_variables

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction, ScheduleFunction
    from sightkit.training.batches.augment import Augment
    from sightkit.training.batches.feed import Feed
    from sightkit.training.batches.plan import Plan
    from sightkit.training.loop.calls import StepsFunction

STEPS_TOGETHER = 8
"""Steps a call, at most, where several processes train together: their clocks would choose different numbers."""

ProgressFunction: TypeAlias = Callable[[Progress], None]


class Stage:
    """A stage of training; nothing happens before its `epochs` are asked for.

    The batch of a step is what ``plan`` says, and nothing else decides it.

    Args:
        model: float32 inputs to float32 logits.
        plan: The batches, and the images that they are of.
        optimizer: Fresh, over a plain learning-rate variable; it is ``model.optimizer`` while the training lasts.
        schedule: The learning rate at a step of the stage.
        loss: ``(one-hot labels, logits) -> (batch,)``.
        shown: What callbacks see as ``model``, where that is more than ``model``.
        class_weights: What the loss of each class is multiplied by, float32 ``(classes,)``; ``None`` for 1.
        augment: The composed augmentations, or ``None``.
        mixes: Whether ``augment`` mixes the images of a batch.
        accumulate: Steps whose gradients are averaged before the weights are updated.
        ema: Decay a step of a running average of the weights, which is then what is validated; ``None`` for none.
        update_scales: What the update of each trainable variable is multiplied by; ``None`` for 1.
        statistics: What layers measure on each replica for itself, and share at the end of an epoch.
        replicas: What shares each batch.
        feed: What feeds the model, where it isn't the images themselves.
        memory: Bytes of images that may be held in memory; more are gathered for each call, with the same result.

    Attributes:
        epoch: The one that is next or going on, counted from 1.
        tally: Its numbers so far.
        rate: The learning rate of each step.

    Raises:
        PluginError: the optimizer, the loss or an augmentation breaks its contract, or nothing is trainable.
    """

    def __init__(
        self,
        model: keras.Model,
        plan: Plan,
        *,
        optimizer: keras.optimizers.Optimizer,
        schedule: ScheduleFunction,
        loss: LossFunction,
        shown: keras.Model | None = None,
        class_weights: NDArray[np.float32] | None = None,
        augment: Augment | None = None,
        mixes: bool = False,
        accumulate: int = 1,
        ema: float | None = None,
        update_scales: Sequence[float] | None = None,
        statistics: Sequence[keras.Variable] = (),
        replicas: Replicas | None = None,
        feed: Feed | None = None,
        memory: float = math.inf,
    ) -> None:
        self.epoch = 1
        self.tally = Tally()
        self.rate = LearningRate(optimizer, schedule)
        self._shown = shown or model
        self._plan = plan
        self._optimizer = optimizer
        self._replicas = replicas or Replicas()
        self._share_statistics = self._replicas.averaging(list(statistics))
        variables = trainable_variables(model)
        with self._replicas.scope():
            self._averages = Averages(variables, decay=ema) if ema is not None else None
            self._accumulation = Accumulation(variables, steps=accumulate) if accumulate > 1 else None
        self._feed = feed or feed_for(plan.data, memory=memory)
        self._steps = Steps(
            model,
            optimizer=optimizer,
            loss=loss,
            class_weights=class_weights,
            weighted=plan.data.weights is not None,
            augment=augment,
            mixes=mixes,
            inputs=self._feed.inputs,
            num_classes=plan.data.num_classes,
            accumulation=self._accumulation,
            averages=self._averages,
            update_scales=update_scales,
            replicas=self._replicas,
        )
        self._pace = Pace(fixed=steps_together(self._replicas, self._feed.most_steps(plan.batch_size)))

    @property
    def variables(self) -> dict[str, list[Any]]:
        """Everything that its steps change beside the model's variables: the optimizer's, averages, gradient sums."""
        averages = self._averages.variables if self._averages else []
        sums = self._accumulation.variables if self._accumulation else []
        return {"optimizer": list(self._optimizer.variables), "average": averages, "gradient": sums}

    @property
    def stopped(self) -> bool:
        """Whether it ends with the epoch that is going on, or that has just ended."""
        return bool(self._shown.stop_training)

    def turn_to(self, plan: Plan, *, memory: float = math.inf) -> None:
        """Go on with other images of the same shape and classes, by the same optimizer and the same compiled steps.

        Args:
            plan: Their batches; they have weights if those before had.
            memory: Bytes of images that may be held in memory.
        """
        self._plan, self._feed = plan, feed_for(plan.data, memory=memory)

    def averaged(self) -> AbstractContextManager[None]:
        """Let the model have the averages of its weights inside, if there are any."""
        return self._averages.in_place() if self._averages else nullcontext()

    def stop(self) -> None:
        """End with the epoch that is going on, as a callback may ask for too."""
        self._shown.stop_training = True

    def finish(self) -> None:
        """Leave the averages in the model, if there are any: they are what was validated."""
        if self._averages:
            self._averages.adopt()

    def epochs(
        self,
        last: int,
        *,
        evaluate: Callable[[], Mapping[str, float]] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        higher_is_better: Mapping[str, bool] | None = None,
        progress: ProgressFunction | None = None,
        begun: Callable[[], None] | None = None,
        called: Callable[[], None] | None = None,
        stepped: StepsFunction | None = None,
    ) -> Generator[EpochLog, None, None]:
        """Train on to the end of epoch ``last``, yielding after each epoch; `epoch` is then the next one.

        Whoever stops asking stops the training: the model keeps its weights, and the callbacks' ``on_train_end`` is not
        called.

        Args:
            last: Counted from 1.
            evaluate: Called after each epoch, with the averages in place; its result is the log's ``validation``.
            callbacks: Keras callbacks. They see the logs that `keras.Model.fit` would give them, may set the
                optimizer's learning rate, which scales the schedule from then on, and may set ``model.stop_training``.
            higher_is_better: The direction of the scores of ``evaluate``, for callbacks that monitor one with
                ``mode="auto"``; those of loss and accuracy are known.
            progress: Called after each call of the compiled loop.
            begun: Called when the callbacks have been told that training begins.
            called: Called after each call of the compiled loop, when the numbers here say where training is.
            stepped: Called after each call with the learning rates and the losses of its steps, float32 ``(steps,)``
                both; also before `DivergedError` is raised, when the last one is that of the step that diverged.

        Yields:
            The numbers of each epoch.

        Raises:
            DataError: images that are decoded on demand can't be read any more.
            DivergedError: loss or gradient of a step is not finite. The trainable weights and the optimizer are as they
                were before it; BatchNorm's running statistics have seen its images.
            PluginError: the optimizer, the loss, an augmentation or a callback breaks its contract.
        """
        steps = self._plan.steps
        with training_with(self._optimizer, self._shown):
            listeners = Callbacks(
                callbacks, model=self._shown, epochs=last, steps=steps, higher_is_better=higher_is_better or {}
            )
            calls = Calls(
                model=self._shown,
                plan=self._plan,
                feed=self._feed,
                steps=self._steps,
                rate=self.rate,
                callbacks=listeners,
                pace=self._pace,
                stepped=stepped,
            )
            self._begin(listeners)
            if begun:
                begun()
            logs: dict[str, float] = {}
            while self.epoch <= last and not self._shown.stop_training:
                for _ in self._calls_of_epoch(calls):
                    if progress:
                        progress(self.tally.progress(epoch=self.epoch, epochs=last, steps=steps))
                    if called:
                        called()
                log, logs = self._ended(listeners, evaluate)
                yield log
            listeners.tell("on_train_end", logs)

    def _begin(self, listeners: Callbacks) -> None:
        """Tell the callbacks that training begins; where it goes on, the rate stays what they have made of it."""
        step = self._plan.steps * (self.epoch - 1) + self.tally.steps
        before = self.rate.state()
        with self.rate.open_to_callbacks(step=step):
            listeners.tell("on_train_begin")
            if self.tally.steps:
                listeners.tell("on_epoch_begin", self.epoch - 1)
        if step:
            self.rate.restore(before)

    def _calls_of_epoch(self, calls: Calls) -> Iterator[None]:
        """Train for what is left of the epoch, yielding after each call."""
        if self.tally.steps == 0:  # else the callbacks were told when the training went on
            with self.rate.open_to_callbacks(step=self._plan.steps * (self.epoch - 1)):
                calls.callbacks.tell("on_epoch_begin", self.epoch - 1)
        with closing(calls.epoch(self.epoch, self.tally)) as made:
            yield from made

    def _ended(
        self, listeners: Callbacks, evaluate: Callable[[], Mapping[str, float]] | None
    ) -> tuple[EpochLog, dict[str, float]]:
        """Validate, tell the callbacks, go on to the next epoch, and return the numbers of this one, twice."""
        self._share_statistics()
        with self.averaged():
            # The chief's, so that all processes decide alike: other processors round otherwise.
            validation = self._replicas.chiefs(dict(evaluate() if evaluate else {}))
            log = self.tally.log(epoch=self.epoch, learning_rate=self.rate.last, validation=validation)
            logs = keras_logs(log)
            with self.rate.open_to_callbacks():
                listeners.tell("on_epoch_end", self.epoch - 1, logs)
        self.epoch, self.tally = self.epoch + 1, Tally()
        return log, logs


def steps_together(replicas: Replicas, most: int) -> int | None:
    """Return how many steps a call has on each of several processes, whose memory allows ``most`` on this one.

    A process alone is free to choose: ``None``.
    """
    if replicas.workers == 1:
        return None
    fits = replicas.any(*(most <= count for count in range(1, STEPS_TOGETHER)), True)
    return fits.index(True) + 1


@contextmanager
def training_with(optimizer: keras.optimizers.Optimizer, model: keras.Model) -> Iterator[None]:
    """Let callbacks find the optimizer at the model. Afterwards it is gone: else a file of the model would hold it."""
    before = getattr(model, "optimizer", None)
    model.optimizer, model.stop_training = optimizer, False
    try:
        yield
    finally:
        model.optimizer = before
