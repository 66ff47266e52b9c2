"""`RecordSource`: images in TFRecord files, found once and read one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit import ImageSource, Samples
from sightkit_plugins.datasets._record_file import read_content
from sightkit_plugins.datasets._record_index import RecordForm, RecordIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RecordSource(ImageSource):
    """Images in records.

    Args:
        classes: The class names, in label order.
        labels: int64 of shape ``(n,)``, each an index into ``classes``.
        index: Where the images are.
        form: What is in a record.
        others: Files that something else of the dataset is from, such as its class names.
        licence: The licence of the images, where known.
        citation: How the authors want to be cited, where known.
    """

    def __init__(
        self,
        classes: Sequence[str],
        labels: NDArray[np.int64],
        *,
        index: RecordIndex,
        form: RecordForm,
        others: Sequence[Path] = (),
        licence: str | None = None,
        citation: str | None = None,
    ) -> None:
        self.classes = tuple(classes)
        splits = tuple(shard.split for shard in index.shards)
        self.samples = Samples(ids=tuple(index.ids), labels=labels, splits=splits if any(splits) else None)
        self.image_shape = form.raw_shape
        self.files = (*index.files, *others)
        self.licence = licence
        self.citation = citation
        self.index = index
        self.form = form

    def read(self, index: int) -> bytes | NDArray[np.uint8]:
        """Return image ``index``: encoded, or uint8 of shape ``raw_shape`` if that is given.

        Raises:
            DataError: the record has changed since it was found.
        """
        import numpy as np

        where = self.index
        content = read_content(where.shards[index].path, offset=where.offsets[index], length=where.lengths[index])
        image, _ = self.form.parse(content)
        return image if self.image_shape is None else np.frombuffer(image, np.uint8).reshape(self.image_shape)

    def fingerprint(self) -> str:
        """Return a SHA-256 over the class names, the table and each image's size and content, in hexadecimal."""
        samples = self.samples
        table = [self.classes, samples.ids, samples.labels.tolist(), samples.splits, self.image_shape]
        return hashlib.sha256(json.dumps(table).encode() + self.index.digest.digest()).hexdigest()
