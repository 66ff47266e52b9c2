"""Which arrays are images and labels, and what becomes of those in other forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightkit import DataError
from sightkit_plugins.datasets._stored_arrays import StoredArray, open_array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_pixels(stored: StoredArray) -> NDArray[np.uint8]:
    """Return images as uint8 of shape ``(n, height, width, channels)``; those in a uint8 .npy file stay on disk."""
    import numpy as np

    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str | None:
        if dtype.kind == "f":
            remedy = "if they are in [0, 1], save (255 * images).round().astype('uint8')"
            return f"expected whole numbers from 0 to 255, found {dtype}; {remedy}"
        if dtype.kind not in "iu":
            return f"expected whole numbers from 0 to 255, found {dtype}"
        if len(shape) not in (3, 4) or shape[3:] not in ((), (1,), (3,)) or 0 in shape[1:]:
            turn = "; move the channels to the end" if len(shape) == 4 and shape[1] in (1, 3) else ""
            return f"expected images of shape (n, height, width) or (n, height, width, 1 or 3), found {shape}{turn}"
        return None

    pixels = open_array(stored, check=check)
    if pixels.dtype != np.uint8:
        low, high = (int(pixels.min()), int(pixels.max())) if pixels.size else (0, 0)
        if low < 0 or high > 255:
            message = f"{stored.where}: expected whole numbers from 0 to 255, found {low} to {high}"
            raise DataError(message)
        pixels = pixels.astype(np.uint8)
    return pixels if pixels.ndim == 4 else pixels[..., np.newaxis]


def read_labels(stored: StoredArray, *, num_classes: int | None) -> NDArray[Any]:
    """Return labels of shape ``(n,)``: numbers, or names as text."""
    import numpy as np

    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str | None:
        if dtype.kind not in "biufSU":
            return f"expected labels that are numbers or names, found {dtype}"
        if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1 and dtype.kind in "SU"):
            return f"expected a label for each image, shape (n,) or (n, 1), or one-hot rows, found {shape}"
        return None

    labels = open_array(stored, check=check)
    if labels.ndim == 2 and labels.shape[1] != 1:
        return from_one_hot(stored, labels, num_classes=num_classes)
    labels = labels.reshape(-1)
    if labels.dtype.kind == "S":
        return np.array([name.decode("utf-8", errors="backslashreplace") for name in labels.tolist()], dtype=np.str_)
    if labels.dtype.kind == "f" and (bad := ~np.isfinite(labels) | (labels != np.trunc(labels))).any():
        row = int(bad.argmax())
        message = f"{stored.where}: expected whole numbers as labels, found {labels[row]} in row {row:,}"
        raise DataError(message)
    return labels.astype(np.int64) if labels.dtype.kind in "bfiu" else labels


def from_one_hot(stored: StoredArray, rows: NDArray[Any], *, num_classes: int | None) -> NDArray[np.int64]:
    """Return the place of the 1 in each row."""
    import numpy as np

    if num_classes is not None and rows.shape[1] != num_classes:
        message = f"{stored.where}: expected one-hot rows of the {num_classes} classes, found shape {rows.shape}"
        raise DataError(message)
    bad = (np.count_nonzero(rows == 1, axis=1) != 1) | (np.count_nonzero(rows, axis=1) != 1)
    if bad.any():
        row = int(bad.argmax())
        message = f"{stored.where}: expected one 1 among zeros in each row, found {rows[row].tolist()} in row {row:,}"
        raise DataError(message)
    places: NDArray[np.int64] = np.argmax(rows, axis=1).astype(np.int64)
    return places
