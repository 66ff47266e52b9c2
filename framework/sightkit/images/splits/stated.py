"""What a source says of the split of each image: by itself, by its group, by its exact duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit.contracts import SPLIT_NAMES
from sightkit.errors import DataError
from sightkit.images.splits.units import lowest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import Samples, SplitName

TRAIN, VALIDATION, TEST, OPEN, OUT = range(5)
"""What stands for the split of an image: an index into `SPLIT_NAMES`, open as yet, or left out of all of them."""


def stated_splits(samples: Samples, *, groups: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the split that the source states for each image, or ``OPEN``.

    What it says of one image of a group goes for the whole group. What it says of an image goes for its exact
    duplicates whose split it leaves open, and for what moves with them; if it says several things, the first of
    training, validation and testing, so that least is added to what is judged on.

    Args:
        samples: The table.
        groups: Which images are of one group, see `units`.
        units: Which images move as a whole.

    Returns:
        int8 of shape ``(n,)``.

    Raises:
        DataError: the source puts the images of one group into several splits.
    """
    if samples.splits is None:
        return np.full(len(samples.ids), OPEN, np.int8)
    codes: dict[SplitName | None, int] = {None: OPEN, **{name: code for code, name in enumerate(SPLIT_NAMES)}}
    own = np.array([codes[split] for split in samples.splits], np.int8)
    of_group = lowest(own, groups)
    torn = (own != of_group) & (own != OPEN)
    if torn.any() and samples.groups is not None:
        row = int(torn.argmax())
        message = (
            f"group {samples.groups[row]!r}: expected all its images in one split, found some in "
            f"{SPLIT_NAMES[of_group[row]]!r} and some in {SPLIT_NAMES[own[row]]!r}; correct the split or the group of "
            "these images"
        )
        raise DataError(message)
    return np.where(of_group == OPEN, lowest(of_group, units), of_group)
