"""Decoding: from a file, encoded bytes or pixels to uint8 of one shape, the same for training and prediction."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from sightkit.errors import DataError
from sightkit.images.colour import to_channels
from sightkit.images.orientation import TRANSPOSITIONS, orientation
from sightkit.images.quiet import quiet_pillow
from sightkit.images.resize import check_mode, resize_image, whole_image_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What is decoded. Pillow reads more, but some of it (EPS) runs other programs."""

MAX_PIXELS = 2**27
"""Width times height of the largest image that is decoded: 134 million, an RGB image of about half a gigabyte."""

DRAFT_GAP = 2
"""Large JPEGs are decoded at the smallest of 1/1, 1/2, 1/4, 1/8 that is still this many times the final size."""


def decode(
    content: NDArray[np.uint8] | bytes | Path, *, size: tuple[int, int], channels: int, resize: str
) -> NDArray[np.uint8]:
    """Return an image as pixels of one shape.

    EXIF orientation is applied, of an animation the first frame is taken, and `to_channels` says what becomes of
    palettes, transparency, CMYK and 16 bits. Images that have the right size already are not resampled. Safe to call
    from several threads.

    Args:
        content: Pixels as uint8 of shape ``(height, width)``, ``(height, width, 1)`` or ``(height, width, 3)``; or
            an encoded image as bytes or as the path of a file. Nothing but regular files is opened.
        size: ``(height, width)`` in pixels.
        channels: 1 for grey, 3 for RGB.
        resize: ``"stretch"``, ``"crop"`` or ``"pad"``, see `resize_image`.

    Returns:
        uint8 of shape ``(height, width, channels)``; not to be written to, it may be the array that was given.

    Raises:
        DataError: it is not an image, not one of `FORMATS`, damaged, unreadable, or of more than `MAX_PIXELS` pixels.
    """
    check_mode(resize)
    if isinstance(content, Path):
        return decode_file(content, size=size, channels=channels, resize=resize)
    if isinstance(content, bytes):
        return decode_stream(io.BytesIO(content), size=size, channels=channels, resize=resize)
    return decode_pixels(content, size=size, channels=channels, resize=resize)


def decode_pixels(pixels: NDArray[np.uint8], *, size: tuple[int, int], channels: int, resize: str) -> NDArray[np.uint8]:
    """Return pixels in another size and with other channels, see `decode`."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (1,), (3,)):
        message = f"expected uint8 pixels of shape (height, width[, 1 or 3]), found {pixels.dtype} of {pixels.shape}"
        raise DataError(message)
    if pixels.size == 0:
        message = f"expected an image of at least one pixel, found shape {pixels.shape}"
        raise DataError(message)
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    if pixels.shape == (*size, channels):
        return pixels
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels))
    return as_array(resize_image(to_channels(image, channels), size=size, resize=resize))


def decode_file(path: Path, *, size: tuple[int, int], channels: int, resize: str) -> NDArray[np.uint8]:
    """Return the pixels of an image file, see `decode`; messages begin with its path."""
    try:
        # A FIFO would be waited for, a device read without end.
        if not stat.S_ISREG(path.stat().st_mode):
            message = f"{path}: expected an image file, found something that is not a regular file"
            raise DataError(message)
        with path.open("rb") as stream:
            return decode_stream(stream, where=f"{path}: ", size=size, channels=channels, resize=resize)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error


def decode_stream(
    stream: IO[bytes], *, where: str = "", size: tuple[int, int], channels: int, resize: str
) -> NDArray[np.uint8]:
    """Return the pixels of an encoded image, see `decode`; messages begin with ``where``."""
    try:
        with quiet_pillow(), Image.open(stream, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                message = f"expected at most {MAX_PIXELS:,} pixels, found {image.width:,} x {image.height:,}"
                raise DataError(message)
            upright = load_upright(image, size=size, resize=resize)
            return as_array(resize_image(to_channels(upright, channels), size=size, resize=resize))
    except DataError as error:
        message = f"{where}{error}"
        raise DataError(message) from error
    except UnidentifiedImageError as error:
        message = f"{where}{what_is_there_instead(stream)}"
        raise DataError(message) from error
    except Image.DecompressionBombError as error:
        message = f"{where}expected at most {MAX_PIXELS:,} pixels, found more"
        raise DataError(message) from error
    except Exception as error:  # Pillow's decoders raise nearly every kind for damaged files
        message = f"{where}damaged image: {error or type(error).__name__}"
        raise DataError(message) from error


def load_upright(image: Image.Image, *, size: tuple[int, int], resize: str) -> Image.Image:
    """Return the decoded image with its EXIF orientation applied; a large JPEG smaller than it is, yet large enough."""
    lying = orientation(image) >= 5
    width, height = whole_image_size(image, size=(size[1], size[0]) if lying else size, resize=resize)
    image.draft(None, (width * DRAFT_GAP, height * DRAFT_GAP))
    image.load()
    # Asked again: Pillow sets TIFF images upright while it loads them.
    turn = TRANSPOSITIONS.get(orientation(image))
    return image if turn is None else image.transpose(turn)


def as_array(image: Image.Image) -> NDArray[np.uint8]:
    """Return a grey or RGB image as uint8 of shape ``(height, width, channels)``."""
    pixels = np.asarray(image, dtype=np.uint8)
    return pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels


def what_is_there_instead(stream: IO[bytes]) -> str:
    """Return what to say of a file that Pillow doesn't recognise."""
    stream.seek(0)
    start = stream.read(24)
    if not start:
        return "expected an image, found an empty file"
    return f"expected an image ({', '.join(FORMATS)}), found a file that starts with {start!r}"
