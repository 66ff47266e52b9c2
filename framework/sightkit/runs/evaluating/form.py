"""The form of a run's images, from its folder: what any image is brought to before its model sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.experiment import ImagesSettings
    from sightkit.images.decoding.form import Form
    from sightkit.runs.folder import Run


def form_of(run: Run, images: ImagesSettings) -> Form:
    """Return the form that the images of a run were brought to.

    Args:
        run: Its manifest has the shape, which may have been the dataset's own.
        images: How they were resized.
    """
    from sightkit.images.decoding.form import Form

    height, width, channels = run.manifest["data"]["image_shape"]
    return Form(size=(height, width), channels=channels, resize=images.resize, interpolation=images.interpolation)
