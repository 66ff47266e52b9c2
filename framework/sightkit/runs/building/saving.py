"""Saving a trained model, and finding out before it is trained whether it can be saved, and read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.errors import StorageError
from sightkit.files import flush
from sightkit.runs.building.build import blaming
from sightkit.use import Use

if TYPE_CHECKING:
    import keras


def check_savable(use: Use[Any], model: keras.Model) -> None:
    """Refuse a model whose layers cannot be written to a file, before it has been trained for hours.

    Raises:
        PluginError: they cannot.
    """
    import keras

    with blaming(use, "built a model that cannot be saved"):
        try:
            keras.saving.serialize_keras_object(model)
        except NotImplementedError as error:  # Keras writes a page on how a layer is written
            message = " ".join(str(error).partition("Example:")[0].split())
            raise NotImplementedError(message) from error


def unreadable_layers(model: keras.Model) -> list[str]:
    """Return the classes in a model that Keras will not read from a file: of code in it, or that it doesn't know."""
    from sightkit.layers import leaves
    from sightkit.training.networks.layers import with_parts

    classes = {type(part) for layer in leaves(model) for part in with_parts(layer)} | {type(model)}
    return sorted(each.__name__ for each in classes if not is_readable(each))


def is_readable(layer: type) -> bool:
    """Say whether a class is Keras' own, but for `keras.layers.Lambda`, or registered with it."""
    import keras

    if issubclass(layer, keras.layers.Lambda):
        return False
    name = keras.saving.get_registered_name(layer)
    return layer.__module__.startswith("keras.") or keras.saving.get_registered_object(name) is layer


def save_model(path: Path, model: keras.Model) -> None:
    """Save a whole model as a .keras file, in one step.

    Raises:
        StorageError: it cannot be written.
    """
    temporary = path.with_name(f".saving-{path.name}")
    try:
        model.save(temporary)
        flush(temporary)
        temporary.replace(path)
    except OSError as error:
        message = f"{path}: the model cannot be written: {error.strerror or error}"
        raise StorageError(message) from error
    finally:
        temporary.unlink(missing_ok=True)
