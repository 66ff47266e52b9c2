"""Keras callbacks, called as `keras.Model.fit` calls them, but for batch hooks: once a call of the compiled loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sightkit.errors import PluginError, SightkitError

if TYPE_CHECKING:
    import keras

    from sightkit.training.loop.progress import EpochLog

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
            check_callback(callback)
            resolve_mode(callback, {**HIGHER_IS_BETTER, **higher_is_better})
        self.tell("set_params", {"epochs": epochs, "steps": steps, "verbose": 0})
        self.tell("set_model", model)

    def tell(self, hook: str, *arguments: object) -> None:
        """Call the method ``hook`` of each.

        Raises:
            PluginError: one of them failed.
        """
        for callback in self._callbacks:
            try:
                getattr(callback, hook)(*arguments)
            except (SightkitError, MemoryError):
                raise
            except (Exception, SystemExit) as error:  # nobody's code but the command line's ends the program
                message = (
                    f"the callback {type(callback).__name__} failed in {hook}: {type(error).__name__}: {error}; "
                    "this is a mistake in the plugin that offers it (--debug shows where)"
                )
                raise PluginError(message) from error


def check_callback(callback: object) -> None:
    """Refuse what is no Keras callback.

    Raises:
        PluginError: it is something else.
    """
    import keras

    if not isinstance(callback, keras.callbacks.Callback):
        message = f"sightkit_callbacks returned {callback!r}; expected instances of keras.callbacks.Callback"
        raise PluginError(message)


def resolve_mode(callback: keras.callbacks.Callback, higher_is_better: Mapping[str, bool]) -> None:
    """Settle ``mode="auto"`` of a callback that monitors a score; Keras would look for a compiled metric."""
    monitored = str(getattr(callback, "monitor", "")).removeprefix("val_")
    if getattr(callback, "mode", None) == "auto" and monitored in higher_is_better:
        callback.mode = "max" if higher_is_better[monitored] else "min"


def keras_logs(log: EpochLog) -> dict[str, float]:
    """Return the numbers of an epoch under the names that Keras gives them."""
    validation = {f"val_{name}": value for name, value in log.validation.items()}
    return {"loss": log.loss, "accuracy": log.accuracy, **validation}
