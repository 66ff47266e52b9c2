"""Keras callbacks, called as `keras.Model.fit` calls them, but for batch hooks: once a call of the compiled loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

    from sightkit.training.progress import EpochLog

HIGHER_IS_BETTER: Mapping[str, bool] = {"loss": False, "accuracy": True}


class Callbacks:
    """The callbacks of a training, in order. Unlike Keras' own list it starts no threads.

    Args:
        callbacks: What they are.
        model: What they see as ``model``; its optimizer is set.
        epochs: Epochs of the training.
        steps: Steps of an epoch.
        higher_is_better: The direction of scores that a callback may monitor with ``mode="auto"``.
    """

    def __init__(
        self,
        callbacks: Sequence[keras.callbacks.Callback],
        *,
        model: keras.Model,
        epochs: int,
        steps: int,
        higher_is_better: Mapping[str, bool],
    ) -> None:
        self._callbacks = callbacks
        for callback in callbacks:
            callback.set_params({"epochs": epochs, "steps": steps, "verbose": 0})
            callback.set_model(model)
            resolve_mode(callback, {**HIGHER_IS_BETTER, **higher_is_better})

    def tell(self, hook: str, *arguments: object) -> None:
        """Call the method ``hook`` of each."""
        for callback in self._callbacks:
            getattr(callback, hook)(*arguments)


def resolve_mode(callback: keras.callbacks.Callback, higher_is_better: Mapping[str, bool]) -> None:
    """Settle ``mode="auto"`` of a callback that monitors a score; Keras would look for a compiled metric."""
    monitored = str(getattr(callback, "monitor", "")).removeprefix("val_")
    if getattr(callback, "mode", None) == "auto" and monitored in higher_is_better:
        callback.mode = "max" if higher_is_better[monitored] else "min"


def keras_logs(log: EpochLog) -> dict[str, float]:
    """Return the numbers of an epoch under the names that Keras gives them."""
    validation = {f"val_{name}": value for name, value in log.validation.items()}
    return {"loss": log.loss, "accuracy": log.accuracy, **validation}
