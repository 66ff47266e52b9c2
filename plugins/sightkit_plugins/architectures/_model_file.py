"""Whole models in .keras files, read without running code from them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit import ArtefactError, BuildError
from sightkit_plugins.architectures._loading import check_finite
from sightkit_plugins.architectures._stored import reading

if TYPE_CHECKING:
    import keras


def read_model(path: Path) -> keras.Model:
    """Return the model in a file.

    Raises:
        BuildError: there is no such file.
        ArtefactError: it is damaged, has weights that are not finite, or needs code that it would have to bring along.
    """
    import keras

    if not path.is_file() or path.suffix != ".keras":
        found = "no such file" if not path.exists() else "a folder" if path.is_dir() else "another suffix"
        message = f'architecture.path = "{path}": expected a .keras file, found {found}'
        raise BuildError(message)
    with reading(path):
        with zipfile.ZipFile(path) as archive:
            if (damaged := archive.testzip()) is not None:
                message = f"the checksum of {damaged} is wrong"
                raise zipfile.BadZipFile(message)
            refuse_code(json.loads(archive.read("config.json")), path)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    if not isinstance(model, keras.Model) or len(getattr(model, "inputs", None) or ()) != 1 or len(model.outputs) != 1:
        message = f"{path}: expected a model of one input and one output, built of layers, found {type(model).__name__}"
        raise ArtefactError(message)
    check_finite(model, path)
    return model


def refuse_code(config: Any, path: Path) -> None:
    """Refuse the configuration of a model with layers that consist of Python code, or that are not Keras' own.

    Raises:
        ArtefactError: which layer.
    """
    for layer in configurations(config):
        kind, inside = layer["class_name"], layer.get("config")
        name = inside.get("name", kind) if isinstance(inside, dict) else inside
        remedy = "build the model from layers of Keras and save it again, or hand it over in Python"
        if kind in {"Lambda", "__lambda__"}:
            message = f'{path}: layer "{name}" is a Lambda, whose Python code would be run; {remedy}'
            raise ArtefactError(message)
        if str(layer.get("module") or "keras").partition(".")[0] not in {"keras", "builtins"}:
            message = (
                f'{path}: "{name}" is a {kind}, which Keras does not have and whose code is not in the file; {remedy}'
            )
            raise ArtefactError(message)


def configurations(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the configuration of every object in a model's configuration."""
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        for inner in value.values():
            yield from configurations(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from configurations(inner)
