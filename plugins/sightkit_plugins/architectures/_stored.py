"""Weights as files have them: layers with named arrays that are read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sightkit import ArtefactError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class StoredArray:
    """One array of a layer.

    Attributes:
        name: What the file calls it: ``kernel``.
        shape: Its shape.
        read: Reads it.
    """

    name: str
    shape: tuple[int, ...]
    read: Callable[[], NDArray[Any]]


@dataclass(frozen=True)
class StoredLayer:
    """One layer.

    Attributes:
        place: Where it stands in the file, for messages.
        arrays: In the order of the file.
        key: What a Keras 3 file calls it beside its name: its class, numbered in the order of the layers.
    """

    place: str
    arrays: tuple[StoredArray, ...]
    key: str | None = None


StoredLayers: TypeAlias = Mapping[str, list[StoredLayer]]
"""The layers of a file by name; a name that occurs twice is a mistake only if it is asked for."""


SIGNS_OF_DAMAGE = (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError)
"""What h5py, NumPy and Keras raise where bytes are not what they should be."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes its reader raise into an error that names the file.

    Raises:
        ArtefactError: it can't be read.
    """
    import zipfile
    import zlib

    from safetensors import SafetensorError

    try:
        yield
    except (*SIGNS_OF_DAMAGE, zipfile.BadZipFile, zlib.error, SafetensorError) as error:
        reason = str(error).strip("'\"") or type(error).__name__
        message = f"{path}: expected a file of weights, found one that is damaged or of another format: {reason}"
        raise ArtefactError(message) from error
