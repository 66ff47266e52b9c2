"""Keras callbacks in the loop."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from sightkit import PluginError

# Keras 3.15 reads a learning rate in a way that NumPy 2 warns of.
KERAS_READS_A_RATE = "ignore:__array__ implementation:DeprecationWarning"


class Recorder(keras.callbacks.Callback):
    """Writes down every hook that is called."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.heard.append("begin")
        assert self.model.optimizer.built
        assert self.params["epochs"] == 2
        assert self.params["steps"] == 5

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.heard.append(("epoch", epoch))

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.heard.append(("from", batch))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.heard.append(("to", batch))
        assert set(logs) == {"loss", "accuracy"}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.heard.append((epoch, sorted(logs)))

    def on_train_end(self, logs: Any = None) -> None:
        self.heard.append("end")


@pytest.mark.usefixtures("many_steps_a_call")
def test_callbacks_hear_what_fit_would_tell_them_batches_once_a_call(train):
    recorder = Recorder()
    train(callbacks=[recorder], evaluate=lambda: {"loss": 1.0, "f1": 0.5})
    logs = ["accuracy", "loss", "val_f1", "val_loss"]
    last_and_smaller = [("from", 4), ("to", 4)]
    compiling_and_growing = [("from", 0), ("to", 0), ("from", 1), ("to", 1), ("from", 2), ("to", 3), *last_and_smaller]
    at_full_speed = [("from", 0), ("to", 3), *last_and_smaller]
    first = [("epoch", 0), *compiling_and_growing, (0, logs)]
    second = [("epoch", 1), *at_full_speed, (1, logs)]
    assert recorder.heard == ["begin", *first, *second, "end"]


def test_training_that_is_given_up_does_not_end_for_callbacks(build, epochs):
    recorder = Recorder()
    running = epochs(build(), callbacks=[recorder])
    next(running)
    running.close()
    assert "begin" in recorder.heard
    assert "end" not in recorder.heard


def test_the_optimizer_is_the_models_only_while_training_lasts(build, epochs):
    model = build()
    assert [model.optimizer is not None for _ in epochs(model)] == [True, True]
    assert model.optimizer is None


def test_early_stopping_on_accuracy_knows_which_direction_is_better(train):
    scores = iter([0.5, 0.6, 0.55, 0.5, 0.9])
    stopping = keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=2)
    assert len(train(epochs=5, callbacks=[stopping], evaluate=lambda: {"accuracy": next(scores)}).logs) == 4


def test_a_callback_may_monitor_any_score_whose_direction_is_given(train):
    scores = iter([0.5, 0.6, 0.7])
    stopping = keras.callbacks.EarlyStopping(monitor="val_error", patience=1)
    directions = {"error": False}
    logs = train(
        epochs=3, callbacks=[stopping], evaluate=lambda: {"error": next(scores)}, higher_is_better=directions
    ).logs
    assert len(logs) == 2


@pytest.mark.usefixtures("one_step_a_call")
def test_a_callback_can_stop_in_the_middle_of_an_epoch(train):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = batch == 2

    heard: list[Any] = []
    assert len(train(callbacks=[Stop()], progress=heard.append).logs) == 1
    assert len(heard) == 3


def test_a_rate_set_by_a_callback_scales_the_schedule_from_then_on(train):
    class Halve(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 0:
                self.model.optimizer.learning_rate = self.model.optimizer.learning_rate * 0.5

    logs = train(epochs=3, schedule=lambda step: 0.01 + step / 1000, callbacks=[Halve()]).logs
    assert [log.learning_rate for log in logs] == pytest.approx([0.014, 0.019 / 2, 0.024 / 2])


@pytest.mark.filterwarnings(KERAS_READS_A_RATE)
def test_keras_own_plateau_policy_works(train):
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=1)
    logs = train(epochs=3, callbacks=[plateau], evaluate=lambda: {"loss": 1.0}).logs
    assert [log.learning_rate for log in logs] == pytest.approx([0.02, 0.02, 0.002])


@pytest.mark.filterwarnings(KERAS_READS_A_RATE)
def test_keras_own_scheduler_works(train):
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1))
    logs = train(epochs=3, callbacks=[scheduler]).logs
    assert [log.learning_rate for log in logs] == pytest.approx([0.01, 0.005, 0.01 / 3])


@pytest.mark.parametrize("error", [ValueError("oops"), SystemExit(0)])
def test_a_callback_that_fails_ends_the_training_as_a_plugins_fault(train, error):
    def fail(_epoch: int, _logs: Any) -> None:
        raise error

    with pytest.raises(PluginError, match=f"LambdaCallback failed in on_epoch_end: {type(error).__name__}"):
        train(callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=fail)])


def test_what_is_no_callback_is_refused(train):
    with pytest.raises(PluginError, match=r"returned 'hello'; expected instances of keras.callbacks.Callback"):
        train(callbacks=["hello"])
