"""Resizing: how an image of any size is brought to the one that training wants."""

from __future__ import annotations

import math

from PIL import Image

from sightkit.images.decoding.form import Form

# Pillow's filters widen with the reduction, so that small pictures of large ones don't flicker with aliasing.
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
MODES = ("stretch", "crop", "pad")


def check_form(form: Form) -> None:
    """Refuse what is no way of resizing."""
    for key, value, known in (("resize", form.resize, MODES), ("interpolation", form.interpolation, tuple(FILTERS))):
        if value not in known:
            message = f"{key}: expected one of {', '.join(known)}, found {value!r}"
            raise ValueError(message)


def resize_image(image: Image.Image, form: Form) -> Image.Image:
    """Return the image at the form's size; itself where it has that size already.

    - ``"stretch"``: the aspect ratio is ignored.
    - ``"crop"``: shorter side to size, then the centre: the largest part in the middle that has the wanted aspect
      ratio is resized in one step.
    - ``"pad"``: longer side to size, centred, black around it.
    """
    height, width = form.size
    if image.size == (width, height):
        return image
    how = FILTERS[form.interpolation]
    if form.resize == "stretch":
        return image.resize((width, height), how)
    if form.resize == "crop":
        return crop_to_fill(image, height=height, width=width, how=how)
    return pad_to_fit(image, height=height, width=width, how=how)


def crop_to_fill(image: Image.Image, *, height: int, width: int, how: Image.Resampling) -> Image.Image:
    """Return the centre of the image, resized so that it fills ``height`` and ``width``."""
    part_width = min(image.width, image.height * width / height)
    part_height = min(image.height, image.width * height / width)
    if (part_width, part_height) == (width, height):
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))
    box = (
        (image.width - part_width) / 2,
        (image.height - part_height) / 2,
        (image.width + part_width) / 2,
        (image.height + part_height) / 2,
    )
    return image.resize((width, height), how, box=box)


def pad_to_fit(image: Image.Image, *, height: int, width: int, how: Image.Resampling) -> Image.Image:
    """Return the whole image in the centre of black of ``height`` and ``width``."""
    scale = min(width / image.width, height / image.height)
    fitted = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    canvas = Image.new(image.mode, (width, height))
    small = image if image.size == fitted else image.resize(fitted, how)
    canvas.paste(small, ((width - fitted[0]) // 2, (height - fitted[1]) // 2))
    return canvas


def whole_image_size(image: Image.Image, *, size: tuple[int, int], resize: str) -> tuple[int, int]:
    """Return the ``(width, height)`` that the whole image has after resizing, before cropping or padding."""
    height, width = size
    if resize == "stretch":
        return width, height
    choose = max if resize == "crop" else min
    scale = choose(width / image.width, height / image.height)
    return math.ceil(image.width * scale), math.ceil(image.height * scale)
