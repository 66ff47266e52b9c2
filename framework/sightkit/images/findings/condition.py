"""The condition of images: those that cannot be used, and those whose files are named for another format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.images.decoding.decode import FORMATS
from sightkit.images.findings.finding import Case, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray


def bad_images(
    problems: Mapping[int, str], *, ids: Sequence[str], places: Mapping[int, str], skip: bool
) -> Finding | None:
    """Return the images that cannot be used.

    Args:
        problems: What is wrong with them, by row.
        ids: The name of each image.
        places: Where each of them is, by row.
        skip: Whether they are left out; otherwise the data is refused.
    """
    if not problems:
        return None
    some = f"{len(problems):,} of {len(ids):,} images"
    was = "was" if len(problems) == 1 else "were"
    return Finding(
        kind="bad-image",
        refused=not skip,
        summary=f"{some} cannot be used and {was} left out" if skip else f"{some} cannot be used",
        remedy="replace or remove them" if skip else 'replace or remove them, or set images.on_bad_image = "skip"',
        cases=tuple(Case((ids[row],), f"{places[row]}: {problems[row]}") for row in sorted(problems)),
    )


def wrong_extensions(facts: NDArray[Any], *, ids: Sequence[str]) -> Finding | None:
    """Return the images whose file's extension belongs to another format than its content.

    Args:
        facts: `FACTS` of all images.
        ids: The name of each image.
    """
    rows = np.flatnonzero(facts["mislabelled"]).tolist()
    if not rows:
        return None
    return Finding(
        kind="wrong-extension",
        refused=False,
        summary=f"{len(rows):,} of {len(ids):,} images {'has' if len(rows) == 1 else 'have'} the extension of another "
        "format",
        remedy="they are read as what they contain; rename them, since other programs go by the name",
        cases=tuple(Case((ids[row],), f"a {FORMATS[int(facts['format'][row]) - 1]}") for row in rows),
    )
