"""From labels as they are stored, numbers or names, to classes and indices into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sightkit import DataError
from sightkit_plugins.datasets._findings import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def index_labels(
    values: NDArray[Any], *, classes: Sequence[str] | None, ids: Sequence[str], where: str
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the classes and each image's index into them, int64 of shape ``(n,)``.

    Args:
        values: Shape ``(n,)``; whole numbers from 0 on, of which ``classes`` are the names in that order, or names.
        classes: The class names; by default the values that occur, in their order.
        ids: The images, for messages.
        where: What messages begin with.

    Raises:
        DataError: a label is negative or none of the classes.
    """
    import numpy as np

    if values.dtype.kind in "iu":
        bad = values < 0 if classes is None else (values < 0) | (values >= len(classes))
        expected = "a label from 0 on" if classes is None else f"a label from 0 to {len(classes) - 1}, as classes says"
    else:
        bad = np.zeros(len(values), bool) if classes is None else ~np.isin(values, list(classes))
        expected = f"one of the {len(classes or ())} classes"
    if bad.any():
        row = int(bad.argmax())
        found = values[row].item()
        hint = nearest(found, classes) if classes and isinstance(found, str) else ""
        count = int(bad.sum())
        more = f" ({count:,} such images)" if count > 1 else ""
        message = f"{where}: {ids[row]}: expected {expected}, found {found!r}{hint}{more}"
        raise DataError(message)
    if classes is None:
        names, labels = np.unique(values, return_inverse=True)
        return tuple(str(name) for name in names.tolist()), labels.reshape(-1).astype(np.int64)
    if values.dtype.kind in "iu":
        return tuple(classes), values.astype(np.int64)
    label_of = {name: label for label, name in enumerate(classes)}
    return tuple(classes), np.array([label_of[name] for name in values.tolist()], dtype=np.int64)
