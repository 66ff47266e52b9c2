"""Images that are too small for a network, refused with what to set."""

from __future__ import annotations

from sightkit import ArchitectureTask, BuildError


def check_size(name: str, task: ArchitectureTask, *, smallest: int) -> None:
    """Refuse images with a side below ``smallest`` pixels.

    Raises:
        BuildError: what to set.
    """
    height, width, _ = task.image_shape
    if min(height, width) < smallest:
        message = (
            f"{name} needs images of at least {smallest}x{smallest} pixels, found {height}x{width}; set [images] size "
            f"to [{max(height, smallest)}, {max(width, smallest)}] or more"
        )
        raise BuildError(message)
