"""What a dataset is built for and gives back: a source of images with their table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SplitName: TypeAlias = Literal["train", "validation", "test"]
SPLIT_NAMES: tuple[SplitName, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The table of a dataset: one row an image, one column a field, all of the same length ``n``.

    Attributes:
        ids: A name for each image that is unique within the dataset and stable between machines, such as
            ``"cats/12.jpg"``. Messages, predictions and splits refer to images by it.
        labels: int64 of shape ``(n,)``; an index into the source's ``classes``.
        splits: The split each image belongs to where the source says so, ``None`` where it doesn't.
        groups: Images of one group (a patient, a burst of photos) never land in different splits; ``None``
            where an image belongs to no group.
        weights: float32 of shape ``(n,)``, finite and at least 0: how much each image counts in training, compared to
            the others; 2 is as good as two of it, 0 as none. ``None`` where all count alike.
    """

    ids: Sequence[str]
    labels: NDArray[np.int64]
    splits: Sequence[SplitName | None] | None = None
    groups: Sequence[str | None] | None = None
    weights: NDArray[np.float32] | None = None


class ImageSource(ABC):
    """The images of a dataset, with their labels, before anything is decoded or resized.

    Attributes:
        classes: The class names; a label is an index into them. The order is part of the dataset.
        samples: The table of images.
        image_shape: ``(height, width, channels)`` where all images are known to share it without reading them.
        files: Every file that images, labels or class names come from, in any order, where they do come from files.
            While their sizes and times stay, the core takes the content for unchanged and asks for no `fingerprint`,
            which reads everything.
        licence: The licence of the images, where known; an SPDX identifier if there is one.
        citation: How the authors want to be cited, where known.
    """

    classes: tuple[str, ...]
    samples: Samples
    image_shape: tuple[int, int, int] | None = None
    files: Sequence[str | Path] | None = None
    licence: str | None = None
    citation: str | None = None

    @abstractmethod
    def read(self, index: int) -> NDArray[np.uint8] | bytes | Path:
        """Return image ``index`` of the table; called from several threads at once.

        Returns:
            Pixels as uint8 of shape ``(height, width)``, ``(height, width, 1)`` or ``(height, width, 3)``; or an
            encoded image (JPEG, PNG, ...) as bytes or as the path of a file, which the core decodes.
        """

    def fingerprint(self) -> str:
        """Return a hexadecimal digest that changes when any image, label or class name changes.

        It is asked for before any image is decoded. This one reads all of them; a source that knows a quicker way
        overrides it. A file that can't be opened must not make it fail or wait: `read` will be asked for it too.
        """
        from sightkit.contracts.fingerprint import fingerprint_by_reading

        return fingerprint_by_reading(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetTask:
    """What a dataset is built for.

    Attributes:
        seed: The experiment's seed, for datasets that are generated.
    """

    seed: int = 0
