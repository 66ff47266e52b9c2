"""Reading the model of a run from its file: whole, the one that was trained, and without running code from it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.errors import ArtefactError

if TYPE_CHECKING:
    import keras


def load_model(path: Path, weights_sha256: str | None) -> keras.Model:
    """Return the model of a run.

    Args:
        path: Its file.
        weights_sha256: What `weights_digest` said of the model when it was trained, where that was written down.

    Raises:
        ArtefactError: see `read_model`; or the file holds other weights.
    """
    from sightkit.training.state.variables import weights_digest

    model = read_model(path)
    if weights_sha256 not in {None, found := weights_digest(model)}:
        message = (
            f"{path}: this is not the model that the run trained: expected weights with the SHA-256 {weights_sha256}, "
            f"as the manifest says, found {found}; put the run's own file back"
        )
        raise ArtefactError(message)
    return model


def read_model(path: Path) -> keras.Model:
    """Return the model in a .keras file.

    Raises:
        ArtefactError: the file is missing or damaged, or would run code when it is read.
    """
    import keras

    from sightkit.training.devices.host import seeded_build

    if not path.is_file():
        message = f"{path}: the model cannot be loaded: there is no such file; it has to come from a copy of the run"
        raise ArtefactError(message)
    if not zipfile.is_zipfile(path):  # of which Keras would say that there is no such file
        message = (
            f"{path}: the model cannot be loaded: the file is damaged; expected a .keras file, which is a zip archive"
        )
        raise ArtefactError(message)
    try:
        with seeded_build(0):  # layers draw seeds before they have their weights, and the host's are its own
            return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged archive raises nearly anything
        message = f"{path}: the model cannot be loaded: {reason(error)}"
        raise ArtefactError(message) from error


def reason(error: Exception) -> str:
    """Return what Keras says of a model that it can't load, without the whole configuration of the model around it."""
    said = str(error)
    if unknown := re.search(r"Could not locate (class|function) '([^']+)'", said):
        kind, name = unknown.groups()
        return (
            f"its {kind} {name} is none that Keras knows here; put "
            "@keras.saving.register_keras_serializable() above it, and import its module before the model is asked for"
        )
    return said.rpartition("Exception encountered: ")[2].partition("Full object config: ")[0].strip()
