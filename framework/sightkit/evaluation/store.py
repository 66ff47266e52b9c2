"""The file of a split's predictions: an .npz of plain arrays, written whole or not at all, read without pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.contracts import Predictions
from sightkit.errors import StorageError
from sightkit.files import replacing

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 1
MEMBERS = ("format", "ids", "id_ends", "labels", "probabilities")

# Ids are made of file names, which may hold anything: newlines, NUL, and the lone surrogates that stand for bytes which
# are not UTF-8. NumPy's text arrays would drop trailing NULs, so ids are one run of UTF-8 bytes and where each ends.
ENCODING = ("utf-8", "surrogatepass")


def save_predictions(path: Path, predictions: Predictions) -> None:
    """Write the predictions of a split to ``path``, replacing what is there only when the new file is complete.

    The arrays of the .npz are ``labels`` int64 ``(n,)``, ``probabilities`` float64 ``(n, classes)``, ``ids`` uint8 (all
    ids in UTF-8, one after the other), ``id_ends`` int64 ``(n,)`` (where each ends) and ``format``, 1.

    Raises:
        StorageError: the file cannot be written.
    """
    text, ends = packed(predictions.ids)
    with replacing(path) as file:
        np.savez(
            file,
            format=np.int64(FORMAT),
            ids=text,
            id_ends=ends,
            labels=np.asarray(predictions.labels, dtype=np.int64),
            probabilities=np.asarray(predictions.probabilities, dtype=np.float64),
        )


def load_predictions(path: Path, *, classes: int) -> Predictions:
    """Read the predictions of a split from ``path``; their arrays can't be written to.

    Args:
        path: The file.
        classes: How many classes there have to be.

    Raises:
        StorageError: the file is missing, damaged or not a file of predictions.
    """
    try:
        arrays = checked_arrays(read_arrays(path), classes=classes)
        ids = unpacked(arrays["ids"], arrays["id_ends"])
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise StorageError(message) from error
    except Exception as error:  # a damaged archive raises nearly anything, from zipfile, zlib, tokenize or NumPy
        message = f"{path}: damaged, or not a file of predictions that this version of sightkit reads: {error}"
        raise StorageError(message) from error
    for array in arrays.values():
        array.flags.writeable = False  # as those of a run that goes on: a report could change what the next one sees
    return Predictions(ids=ids, labels=arrays["labels"], probabilities=arrays["probabilities"])


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an .npz whose checksums are right."""
    with zipfile.ZipFile(path) as archive:
        # NumPy stops reading where an array's header says that it ends, which may be before the checksum is compared.
        if damaged := archive.testzip():
            message = f"the checksum of {damaged} is wrong"
            raise ValueError(message)
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in MEMBERS}


def checked_arrays(arrays: dict[str, NDArray[Any]], *, classes: int) -> dict[str, NDArray[Any]]:
    """Return the arrays after checking that they belong together."""
    if arrays["format"].tolist() != FORMAT:
        message = f"its format is {arrays['format'].tolist()}, expected {FORMAT}"
        raise ValueError(message)
    count = len(arrays["probabilities"])
    expected = {
        "id_ends": (np.dtype(np.int64), (count,)),
        "labels": (np.dtype(np.int64), (count,)),
        "probabilities": (np.dtype(np.float64), (count, classes)),
        "ids": (np.dtype(np.uint8), (int(arrays["id_ends"][-1]) if count else 0,)),
    }
    for name, (dtype, shape) in expected.items():
        if (arrays[name].dtype, arrays[name].shape) != (dtype, shape):
            message = f"{name} is {arrays[name].dtype} of shape {arrays[name].shape}, expected {dtype} of shape {shape}"
            raise ValueError(message)
    if count and not 0 <= arrays["labels"].min() <= arrays["labels"].max() < classes:
        message = f"labels are from {arrays['labels'].min()} to {arrays['labels'].max()}, expected 0 to {classes - 1}"
        raise ValueError(message)
    return arrays


def packed(ids: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the ids as UTF-8 bytes, one after the other, and where each ends."""
    encoded = [text.encode(*ENCODING) for text in ids]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def unpacked(text: NDArray[np.uint8], ends: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the ids that `packed` was given."""
    content = text.tobytes()
    return tuple(content[start:end].decode(*ENCODING) for start, end in pairwise([0, *ends.tolist()]))
