"""The form that every image is brought to, in training and in prediction alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.experiment import ImagesSettings

DEFAULT_SIZE = (160, 160)
DEFAULT_CHANNELS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form that every image is brought to.

    Attributes:
        size: ``(height, width)`` in pixels.
        channels: 1 for grey, 3 for RGB.
        resize: ``"stretch"``, ``"crop"`` or ``"pad"``, see `resize_image`.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"`` or ``"lanczos"``.
    """

    size: tuple[int, int]
    channels: int
    resize: str = "crop"
    interpolation: str = "bilinear"

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(height, width, channels)``."""
        return (*self.size, self.channels)


def form_for(source: ImageSource, images: ImagesSettings) -> Form:
    """Return the form that the settings ask for; what they leave open is the source's own if known, else a default."""
    size, channels = DEFAULT_SIZE, DEFAULT_CHANNELS
    if source.image_shape:
        *sides, channels = source.image_shape
        size = (sides[0], sides[1])
    return Form(
        size=images.size or size,
        channels=images.channels or channels,
        resize=images.resize,
        interpolation=images.interpolation,
    )
