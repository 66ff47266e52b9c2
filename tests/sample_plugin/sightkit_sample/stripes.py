"""stripes: grey images of horizontal, vertical and diagonal stripes, generated from the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Dataset, DatasetTask, Params, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import ImageSource

DIRECTIONS = {"horizontal": (0.0, 1.0), "vertical": (1.0, 0.0), "diagonal": (1.0, 1.0)}
"""How much the phase of the stripes grows with each pixel to the right and down."""


class StripesParams(Params):
    """Parameters of ``[dataset] use = "stripes"``."""

    images: int = Field(600, ge=30, description="How many images, spread evenly over the three classes.")
    size: int = Field(12, ge=4, description="Height and width, in pixels.")
    noise: float = Field(0.2, ge=0, le=1, description="Standard deviation of the noise; the stripes span 1.")


def build_stripes(params: StripesParams, task: DatasetTask) -> ImageSource:
    """Return the images: three classes, uint8 of shape ``(size, size, 1)``, no splits of their own."""
    import numpy as np

    from sightkit import ArraySource

    random = np.random.default_rng(task.seed)
    labels = np.arange(params.images) % len(DIRECTIONS)
    images = np.stack([draw_stripes(params, direction=list(DIRECTIONS)[label], random=random) for label in labels])
    return ArraySource(images, labels, classes=list(DIRECTIONS), licence="CC0-1.0")


def draw_stripes(params: StripesParams, *, direction: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return one image, uint8 of shape ``(size, size, 1)``; stripes of 4 pixels that start anywhere."""
    import numpy as np

    right, down = DIRECTIONS[direction]
    rows, columns = np.mgrid[: params.size, : params.size]
    waves = 0.5 + 0.5 * np.sin(2 * np.pi * ((right * columns + down * rows) / 4 + random.random()))
    noisy = waves + random.normal(0, params.noise, waves.shape)
    image: NDArray[np.uint8] = np.rint(255 * noisy.clip(0, 1)).astype(np.uint8)
    return image[..., np.newaxis]


@hookimpl
def sightkit_datasets() -> list[Dataset[StripesParams]]:
    """Offer the stripes."""
    return [
        Dataset(
            name="stripes",
            summary="Stripes in three directions, generated from the seed.",
            params=StripesParams,
            build=build_stripes,
        )
    ]
