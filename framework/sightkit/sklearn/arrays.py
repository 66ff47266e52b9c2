"""What is passed for images and labels, as arrays: lists, data frames and columns of them are none yet."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

AS_THEY_ARE = frozenset({"1", "L", "RGB", "I", "I;16", "F"})
"""The modes of Pillow's images whose arrays hold what is seen: those of ``P`` are numbers of a palette."""

TEXT = "OSTU"
"""The kinds of NumPy's types that may hold text; other libraries' columns of text have the first."""


def as_images(images: ArrayLike) -> Any:
    """Return images as something with a shape: an array, a data frame, a sparse matrix.

    Raises:
        ValueError: they are the names of files, or have several shapes.
    """
    several: Any = images if hasattr(images, "shape") else one_array(images)
    if len(several.shape) == 1 and several.dtype == object:
        several = one_array([*several])  # a column of arrays
    refuse_files(several)
    return several


def one_array(images: Any) -> Any:
    """Return a sequence of images, arrays or Pillow's, as one array.

    Raises:
        ValueError: they have several shapes, or their numbers are not what is seen.
    """
    modes = {each.mode for each in images if hasattr(each, "mode")} if isinstance(images, list | tuple) else set()
    if odd := sorted(modes - AS_THEY_ARE):
        message = f'X: images of the modes {", ".join(odd)}; expected grey or RGB; write image.convert("RGB")'
        raise ValueError(message)
    try:
        return np.asarray(images)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        message = "X: expected images of one shape, found several; bring them to one first, as Pillow's resize does"
        raise ValueError(message) from error


def refuse_files(images: Any) -> None:
    """Refuse what names images and isn't them; numbers written as text are left to scikit-learn."""
    if getattr(getattr(images, "dtype", None), "kind", "O") not in TEXT:
        return
    for cell in np.asarray(images[:1]).reshape(-1)[:1].tolist():
        if isinstance(cell, str | PathLike) and not is_number(str(cell)):
            message = (
                f"X: expected the pixels of images, found {str(cell)!r}; read files into arrays, or train on them as "
                'they are: sightkit.load({"dataset": {"use": "csv", "path": "..."}})'
            )
            raise ValueError(message)


def is_number(text: str) -> bool:
    """Say whether text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_labels(labels: Any) -> Any:
    """Return labels as they were passed, but those of pandas' numbers that may be missing as NumPy's.

    scikit-learn makes floats of them, and class 1 would be predicted as 1.0.

    Raises:
        ValueError: some are missing.
    """
    if not hasattr(labels, "isna") or labels.ndim != 1:
        return labels
    if missing := int(labels.isna().sum()):
        message = f"y: expected a label for each image, found {missing:,} missing"
        raise ValueError(message)
    plain = getattr(labels.dtype, "numpy_dtype", None)
    return labels if plain is None else labels.astype(plain)
