"""`PathSource`: images that are files, read as paths and decoded by the core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightkit import ImageSource, Samples


class PathSource(ImageSource):
    """Images that are a file each.

    Args:
        classes: The class names, in label order.
        samples: The table of images.
        paths: The file of each image; text, since 60,000 `Path` objects take a tenth of a second to make.
        others: Files that say which images there are, and their labels.
    """

    def __init__(
        self, classes: Sequence[str], samples: Samples, paths: Sequence[str], *, others: Sequence[Path] = ()
    ) -> None:
        self.classes = tuple(classes)
        self.samples = samples
        self.paths = tuple(paths)
        self.files = (*self.paths, *map(str, others))

    def read(self, index: int) -> Path:
        """Return the path of image ``index``."""
        return Path(self.paths[index])
