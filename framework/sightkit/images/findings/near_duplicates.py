"""Near duplicates: images of two splits that are the same picture, compressed, resized or brightened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.contracts import SPLIT_NAMES
from sightkit.images.findings.alike import Pairs, alike
from sightkit.images.findings.finding import Case, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import SplitName
    from sightkit.images.prepared import ImageArray

MIN_CORRELATION = 0.985
"""So well two images correlate at least that are called near duplicates. Looked at by eye: of Fashion-MNIST's 10,000
test images 58 have such a partner among the 60,000 others, nearly always the same photograph or garment; at 0.97 they
are about 300, mostly others of the same cut. Of photographs 98 % stay above it when they are compressed, resized or
darkened."""

THUMBNAIL = 32
"""Images are compared at so many pixels a side, where nothing of them is sharp: sharpness differs between copies."""

MIN_SIDE = 16
"""Of smaller images many look alike that have nothing to do with each other: pictures of 8 x 8 pixels have no more of
them than the hash has bits."""

EVEN = 1.0
"""Images whose grey levels have less variance than this are of one even colour, whatever a compression made of it."""

COMPARED_BYTES = 2**28
"""So much is read to compare the images of two splits, at most; about a second."""

CHUNK_BYTES = 2**22
"""Of so much at a time; more would not stay in the processor's caches."""

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Of ITU-R BT.601, as in `to_channels`."""


def near_duplicates(
    facts: NDArray[Any],
    images: ImageArray,
    *,
    splits: Mapping[SplitName, NDArray[np.int64]],
    ids: Sequence[str],
) -> Finding | None:
    """Return the images of which another split has a near duplicate, each with the one that is most like it.

    Hashes that differ in few bits make candidates, see `alike`; their pixels decide. Exact duplicates don't count,
    nor do images of one even colour, which all look alike, nor images of less than `MIN_SIDE` pixels a side.

    Args:
        facts: `FACTS` of all images.
        images: The prepared images.
        splits: The rows of each split.
        ids: The name of each image.
    """
    if min(images.shape[1:3]) < MIN_SIDE:
        return None
    cases: list[Case] = []
    complete = True
    for first, second in combinations([name for name in SPLIT_NAMES if name in splits], 2):
        pairs = candidates(facts, splits[first], splits[second], image_bytes=images.nbytes // len(images))
        complete &= pairs.complete
        for row, partner, value in most_alike(pairs, images, facts):
            cases.append(Case((ids[partner], ids[row]), f"{first} and {second}, correlation {value:.3f}"))
    if not cases:
        return None
    one = len(cases) == 1
    summary = f"{len(cases):,} image{' looks' if one else 's look'} almost the same as one of another split"
    if not complete:
        summary += "; there may be more: too many look alike to compare them all"
    return Finding(
        kind="near-duplicate",
        refused=False,
        summary=summary,
        remedy="look at them, since scores on pictures that were trained on say little of new ones; remove one of each "
        "pair, or give what belongs together one group",
        cases=tuple(cases),
    )


def candidates(facts: NDArray[Any], left: NDArray[np.int64], right: NDArray[np.int64], *, image_bytes: int) -> Pairs:
    """Return pairs of rows that may look alike and aren't exact duplicates, as many as may be compared."""
    pairs = alike(facts[left], facts[right])
    pairs = replace(pairs, left=left[pairs.left], right=right[pairs.right])
    pairs = pairs.at((facts["digest"][pairs.left] != facts["digest"][pairs.right]).any(axis=1))
    limit = max(1, COMPARED_BYTES // (2 * image_bytes))
    if len(pairs.left) <= limit:
        return pairs
    digests = facts["digest"][pairs.right]
    nearest_first = np.lexsort((digests[:, 1], digests[:, 0], pairs.bits))
    return replace(pairs.at(nearest_first[:limit]), complete=False)


def most_alike(pairs: Pairs, images: ImageArray, facts: NDArray[Any]) -> list[tuple[int, int, float]]:
    """Return each row on the right that is a near duplicate, with its partner on the left and their correlation."""
    height, width, channels = images.shape[1:]
    per_chunk = max(1, CHUNK_BYTES // (2 * height * width * channels * 4))
    chunks = (slice(start, start + per_chunk) for start in range(0, len(pairs.left), per_chunk))
    parts = [correlation(images, pairs.left[chunk], pairs.right[chunk]) for chunk in chunks]
    values = np.concatenate([np.zeros(0, np.float32), *parts])
    digests = facts["digest"][pairs.left]
    best_first = np.lexsort((digests[:, 1], digests[:, 0], -values, pairs.right))
    best_first = best_first[values[best_first] >= MIN_CORRELATION]
    rows, places = np.unique(pairs.right[best_first], return_index=True)
    chosen = best_first[places]
    return list(zip(rows.tolist(), pairs.left[chosen].tolist(), values[chosen].tolist(), strict=True))


def correlation(images: ImageArray, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return Pearson's correlation of the pixels of each two images in grey; 0 where one is of one even colour.

    Brightness and contrast don't change it.

    Args:
        images: The prepared images.
        left: Rows, int64 ``(pairs,)``.
        right: Rows, int64 ``(pairs,)``.
    """
    rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    patterns = patterns_of(images[rows])
    values: NDArray[np.float32] = np.einsum("np,np->n", patterns[places[: len(left)]], patterns[places[len(left) :]])
    return values


def patterns_of(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the pixels of images in grey as vectors of mean 0 and length 1, float32 ``(n, pixels)``.

    They are averaged to nearly `THUMBNAIL` pixels a side; an image of one even colour is a vector of zeros.
    """
    grey = greys(images)
    count, height, width = grey.shape
    if (factor := min(height, width) // THUMBNAIL) > 1:
        rows, columns = height // factor, width // factor
        grey = grey[:, : rows * factor, : columns * factor].reshape(count, rows, factor, columns, factor)
        grey = grey.mean(axis=(2, 4))
    pixels: NDArray[np.float32] = grey.reshape(count, -1)
    pixels = pixels - pixels.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(pixels, axis=1, keepdims=True).astype(np.float32)
    return np.where(lengths > math.sqrt(EVEN * pixels.shape[1]), pixels / np.maximum(lengths, 1), 0)


def greys(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images uint8 ``(n, height, width, 1 or 3)`` in grey, float32 ``(n, height, width)`` in [0, 255]."""
    values = images.astype(np.float32)
    grey: NDArray[np.float32] = values[..., 0] if values.shape[-1] == 1 else values @ LUMA
    return grey
