"""Keras callbacks, called as `keras.Model.fit` calls them, but for batch hooks: once a call of the compiled loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from sightkit.training.progress import EpochLog

HIGHER_IS_BETTER: Mapping[str, bool] = {"loss": False, "accuracy": True}


def keras_callbacks(
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    model: keras.Model,
    epochs: int,
    steps: int,
    higher_is_better: Mapping[str, bool],
) -> keras.callbacks.CallbackList:
    """Return the callbacks as one, knowing the model, the number of epochs and the steps of each."""
    for callback in callbacks:
        resolve_mode(callback, {**HIGHER_IS_BETTER, **higher_is_better})
    return keras.callbacks.CallbackList(list(callbacks), model=model, epochs=epochs, steps=steps, verbose=0)


def resolve_mode(callback: keras.callbacks.Callback, higher_is_better: Mapping[str, bool]) -> None:
    """Settle ``mode="auto"`` of a callback that monitors a score; Keras would look for a compiled metric."""
    monitored = str(getattr(callback, "monitor", "")).removeprefix("val_")
    if getattr(callback, "mode", None) == "auto" and monitored in higher_is_better:
        callback.mode = "max" if higher_is_better[monitored] else "min"


def keras_logs(log: EpochLog) -> dict[str, float]:
    """Return the numbers of an epoch under the names that Keras gives them."""
    validation = {f"val_{name}": value for name, value in log.validation.items()}
    return {"loss": log.loss, "accuracy": log.accuracy, **validation}
