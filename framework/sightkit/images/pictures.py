"""`Pictures`: all images of a source in one form, wherever they are kept, with what was seen of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sightkit.images.arrays import ArraySource
from sightkit.images.decoding.facts import FACTS
from sightkit.images.decoding.on_demand import DecodedOnDemand
from sightkit.images.decoding.reading import block_starts, read_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource
    from sightkit.images.decoding.form import Form
    from sightkit.images.prepared import ImageArray

ProgressFunction: TypeAlias = Callable[[int, int], None]
"""``(done, all)``: how many images are read; called in the thread that asked for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """All images of a source.

    Attributes:
        images: In the form; zeros where an image is bad.
        facts: `FACTS` of each.
        problems: What is wrong with the bad ones, by row.
        fingerprint: The source's.
    """

    images: ImageArray
    facts: NDArray[Any]
    problems: Mapping[int, str]
    fingerprint: str


def look_through(
    source: ImageSource, form: Form, progress: ProgressFunction | None = None, *, looks: bool = True
) -> Pictures:
    """Read every image once and keep nothing of it but its facts: the images are decoded again when they are asked for.

    Args:
        source: The images.
        form: What they are brought to.
        progress: Told how far it is.
        looks: Whether somebody wants to know which images look alike.
    """
    count = len(source.samples.ids)
    facts = np.zeros(count, FACTS)
    problems: dict[int, str] = {}
    for block in read_blocks(source, form, block_starts(count), looks=looks):
        facts[block.start : block.start + len(block.facts)] = block.facts
        problems |= block.problems
        if progress:
            progress(int(np.count_nonzero(facts["state"])), count)
    images = pixels_at_hand(source, form)
    return Pictures(
        images=DecodedOnDemand(source, form, facts) if images is None else images,
        facts=facts,
        problems=dict(sorted(problems.items())),
        fingerprint=source.fingerprint(),
    )


def pixels_at_hand(source: ImageSource, form: Form) -> NDArray[np.uint8] | None:
    """Return the images of a source that has them in memory and in the form already; ``None`` for any other."""
    if not isinstance(source, ArraySource) or source.image_shape != form.shape:
        return None
    pixels = source.images.reshape(-1, *form.shape)
    pixels.flags.writeable = False
    return pixels
