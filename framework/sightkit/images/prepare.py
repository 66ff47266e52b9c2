"""`prepare`: read, check, decode and divide the images of a source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sightkit.images.checks import check_table
from sightkit.images.decoding.facts import GOOD
from sightkit.images.decoding.form import form_for
from sightkit.images.findings.finding import RefusedDataError, refusal
from sightkit.images.findings.near_duplicates import MIN_SIDE
from sightkit.images.findings.search import find_all
from sightkit.images.maker import Maker
from sightkit.images.pictures import ProgressFunction, look_through
from sightkit.images.prepared import PreparedData
from sightkit.images.splits.division import divide, is_divided
from sightkit.images.store.stored import stored_pictures
from sightkit.images.weights import relative_weights

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.experiment import ImagesSettings, SplitSettings


def prepare(
    source: ImageSource,
    *,
    images: ImagesSettings,
    split: SplitSettings,
    seed: int,
    cache: Path | None = None,
    maker: Maker | None = None,
    progress: ProgressFunction | None = None,
    waiting: Callable[[], None] | None = None,
) -> PreparedData:
    """Return the images of a source, decoded, of one shape, checked and divided into splits.

    Args:
        source: The images.
        images: Size, resizing and channels; what is not set is the source's own if it has one shape, else 160 x 160
            RGB.
        split: How they are divided where the source doesn't say it, see `divide`.
        seed: Of the division.
        cache: The folder where prepared images are kept and found again; ``None`` keeps nothing, and the images are
            decoded whenever they are needed.
        maker: Who made the source; ``None`` where nobody knows, and so no fingerprint can be remembered.
        progress: Told how many images are done and how many there are, in the thread that called `prepare`.
        waiting: Called once if another process prepares the same images already.

    Raises:
        DataError: the dataset can't be used: its table contradicts itself, images can't be decoded (all of them are
            found before it is raised), or there is nothing to train on.
        StorageError: the prepared images can't be kept.
    """
    check_table(source)
    form = form_for(source, images)
    if cache is None or images.cache == "none":
        # What is kept may be asked for with other splits; what isn't, has those of this time.
        several = is_divided(source.samples, split)
        pictures = look_through(source, form, progress, looks=several and min(form.size) >= MIN_SIDE)
    else:
        pictures = stored_pictures(source, form, cache=cache, maker=maker, progress=progress, waiting=waiting)
    facts = pictures.facts
    division = divide(
        source.samples,
        classes=source.classes,
        settings=split,
        seed=seed,
        digests=facts["digest"],
        usable=facts["state"] == GOOD,
    )
    findings = tuple(find_all(source, pictures, division, skip=images.on_bad_image == "skip"))
    if any(finding.refused for finding in findings):
        raise RefusedDataError(refusal(findings), findings)
    splits = division.splits
    labels = source.samples.labels.astype(np.int64)
    for rows in splits.values():
        rows.flags.writeable = False
    sizes = facts["size"]
    labels.flags.writeable = sizes.flags.writeable = False
    return PreparedData(
        classes=source.classes,
        ids=tuple(source.samples.ids),
        labels=labels,
        weights=relative_weights(source.samples.weights, splits["train"]),
        images=pictures.images,
        splits=MappingProxyType(splits),
        fingerprint=pictures.fingerprint,
        licence=source.licence,
        citation=source.citation,
        sizes=sizes,
        findings=findings,
    )
