"""Decoding: from a file, encoded bytes or pixels to uint8 of one shape, the same for training and prediction."""

from __future__ import annotations

import errno
import io
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xxhash
from PIL import Image, UnidentifiedImageError

from sightkit.errors import DataError, SightkitError, StorageError
from sightkit.images.decoding.colour import to_channels
from sightkit.images.decoding.form import Form
from sightkit.images.decoding.orientation import TRANSPOSITIONS, orientation
from sightkit.images.decoding.quiet import quiet_pillow
from sightkit.images.decoding.resize import check_form, resize_image, whole_image_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What is decoded. Pillow reads more, but some of it (EPS) runs other programs."""

FAMILY = {"MPO": "JPEG"}
"""What Pillow calls a JPEG file with several pictures, such as those of stereo cameras and some phones."""

MAX_PIXELS = 2**27
"""Width times height of the largest image that is decoded: 134 million, an RGB image of about half a gigabyte."""

DRAFTED = frozenset({"JPEG", "MPO"})
"""The formats that are decoded smaller than they are where that is enough."""

RUN_OUT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Errors that say nothing about a file."""

MAX_BYTES = 2**30
"""The largest file that is read, in bytes: more than `MAX_PIXELS` of 16-bit RGB need without any compression."""

DRAFT_GAP = 1
"""Large JPEGs are decoded at the smallest of 1/1, 1/2, 1/4, 1/8 that is still this many times the final size. With 2
photographs take a quarter more time, and come nearer to a full decoding (PSNR 41 dB, not 33)."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded image and what was seen of the original.

    Attributes:
        pixels: uint8 of shape ``(height, width, channels)`` as the form says; not to be written to, it may be the
            array that was given.
        size: Height and width as it was found, in pixels, upright.
        format: One of `FORMATS`, or ``None`` if it came as pixels.
        digest: 128 bits of XXH3 of the encoded image, or of the shape and the pixels.
    """

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    format: str | None
    digest: bytes


def decode(content: NDArray[np.uint8] | bytes | Path, form: Form) -> NDArray[np.uint8]:
    """Return an image as pixels uint8 of shape ``form.shape``; arguments and errors as those of `examine`."""
    return examine(content, form).pixels


def examine(content: NDArray[np.uint8] | bytes | Path, form: Form) -> Decoded:
    """Decode an image and bring it to a form.

    EXIF orientation is applied, of an animation the first frame is taken, and `to_channels` says what becomes of
    palettes, transparency, CMYK and 16 bits. Images that have the right size already are not resampled. Safe to call
    from several threads.

    Args:
        content: Pixels as uint8 of shape ``(height, width)``, ``(height, width, 1)`` or ``(height, width, 3)``; or
            an encoded image as bytes or as the path of a file. Nothing but regular files is opened.
        form: What it is brought to.

    Raises:
        DataError: it is not an image, not one of `FORMATS`, damaged, unreadable, or of more than `MAX_PIXELS` pixels
            or `MAX_BYTES` bytes.
        StorageError: the machine has no memory or open file left to read it.
    """
    check_form(form)
    if isinstance(content, Path):
        return examine_file(content, form)
    if isinstance(content, bytes):
        return examine_bytes(content, form)
    if not isinstance(content, np.ndarray):
        message = f"an image was read as {type(content).__name__}; expected an array of uint8, bytes or a pathlib.Path"
        raise TypeError(message)
    return examine_pixels(content, form)


def examine_pixels(pixels: NDArray[np.uint8], form: Form) -> Decoded:
    """Bring pixels to a form, see `examine`."""
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (1,), (3,)):
        message = f"expected uint8 pixels of shape (height, width[, 1 or 3]), found {pixels.dtype} of {pixels.shape}"
        raise DataError(message)
    if pixels.size == 0:
        message = f"expected an image of at least one pixel, found shape {pixels.shape}"
        raise DataError(message)
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    digest = xxhash.xxh3_128(b"%d %d %d " % (height, width, channels))
    digest.update(pixels.data)
    if pixels.shape != form.shape:
        image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
        pixels = as_array(resize_image(to_channels(image, form.channels), form))
    return Decoded(pixels, (height, width), None, digest.digest())


def examine_file(path: Path, form: Form) -> Decoded:
    """Decode an image file, see `examine`; messages begin with its path."""
    try:
        status = path.stat()
        # A FIFO would be waited for, a device read without end.
        if not stat.S_ISREG(status.st_mode):
            message = f"{path}: expected an image file, found something that is not a regular file"
            raise DataError(message)
        if status.st_size > MAX_BYTES:
            message = f"{path}: expected an image of at most {MAX_BYTES:,} bytes, found {status.st_size:,}"
            raise DataError(message)
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(error, where=str(path)) from error
    return examine_bytes(content, form, where=f"{path}: ")


def unreadable(error: OSError, *, where: str) -> SightkitError:
    """Return what to raise for an image that cannot be read: it is bad, unless the machine has run out of something."""
    message = f"{where}: cannot be read: {error.strerror or error}"
    return StorageError(message) if error.errno in RUN_OUT else DataError(message)


def examine_bytes(content: bytes, form: Form, *, where: str = "") -> Decoded:
    """Decode an encoded image, see `examine`; messages begin with ``where``."""
    try:
        with quiet_pillow(), Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                message = f"expected at most {MAX_PIXELS:,} pixels, found {image.width:,} x {image.height:,}"
                raise DataError(message)
            if image.format not in DRAFTED:
                # At once: asked for its orientation, a PNG would load, and swallow what is wrong with its pixels.
                image.load()
            lying = orientation(image) >= 5
            height, width = (image.width, image.height) if lying else (image.height, image.width)
            pixels = as_array(resize_image(to_channels(load_upright(image, form, lying=lying), form.channels), form))
            return Decoded(
                pixels, (height, width), FAMILY.get(image.format or "", image.format), xxhash.xxh3_128_digest(content)
            )
    except DataError as error:
        message = f"{where}{error}"
        raise DataError(message) from error
    except UnidentifiedImageError as error:
        message = f"{where}{what_is_there_instead(content)}"
        raise DataError(message) from error
    except Image.DecompressionBombError as error:
        message = f"{where}expected at most {MAX_PIXELS:,} pixels, found more"
        raise DataError(message) from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly every kind for damaged files
        message = f"{where}damaged image: {str(error) or type(error).__name__}"
        raise DataError(message) from error


def load_upright(image: Image.Image, form: Form, *, lying: bool) -> Image.Image:
    """Return the decoded image with its EXIF orientation applied; a large JPEG smaller than it is, yet large enough."""
    size = (form.size[1], form.size[0]) if lying else form.size
    width, height = whole_image_size(image, size=size, resize=form.resize)
    image.draft(None, (width * DRAFT_GAP, height * DRAFT_GAP))
    image.load()
    # Asked again: Pillow sets TIFF images upright while it loads them.
    turn = TRANSPOSITIONS.get(orientation(image))
    return image if turn is None else image.transpose(turn)


def as_array(image: Image.Image) -> NDArray[np.uint8]:
    """Return a grey or RGB image as uint8 of shape ``(height, width, channels)``."""
    pixels = np.asarray(image, dtype=np.uint8)
    return pixels[:, :, np.newaxis] if pixels.ndim == 2 else pixels


def what_is_there_instead(content: bytes) -> str:
    """Return what to say of bytes that Pillow doesn't recognise."""
    if not content:
        return "expected an image, found an empty file"
    return f"expected an image ({', '.join(FORMATS)}), found a file that starts with {content[:24]!r}"
