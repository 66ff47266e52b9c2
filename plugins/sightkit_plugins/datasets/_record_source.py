"""`RecordSource`: images in TFRecord files, found once and read one by one."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sightkit import DataError, ImageSource, Samples
from sightkit_plugins.datasets._example import read_example
from sightkit_plugins.datasets._record_file import read_content, read_records
from sightkit_plugins.datasets._shards import Shard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RecordForm:
    """What is in a record: the features with its image and label, and the image's shape where it is raw pixels."""

    image: str
    label: str
    raw_shape: tuple[int, int, int] | None

    def parse(self, content: bytes) -> tuple[bytes, int | str]:
        """Return image and label of a record.

        Raises:
            DataError: they aren't there, or the pixels are more or fewer than ``raw_shape`` says.
        """
        image, label = read_example(content, image=self.image, label=self.label)
        if self.raw_shape is not None and len(image) != (expected := math.prod(self.raw_shape)):
            shape = " x ".join(map(str, self.raw_shape))
            told = f"expected {expected:,} bytes, {shape} as raw_shape says"
            message = f"feature {self.image!r}: {told}, found {len(image):,}"
            raise DataError(message)
        return image, label


@dataclass(slots=True)
class RecordIndex:
    """Where each image is, and what was learned of all while the files were read once: one entry an image.

    Attributes:
        ids: The file and the record's number in it.
        shards: The file.
        offsets: Where the record's content begins in it, in bytes.
        lengths: How long that is, in bytes.
        labels: The labels as they are stored.
        digest: A SHA-256 over the size and content of all images.
        findings: What is wrong with the records that can't be used.
    """

    ids: list[str] = field(default_factory=list)
    shards: list[Shard] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    labels: list[int | str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)
    findings: list[str] = field(default_factory=list)

    def add(self, shard: Shard, form: RecordForm) -> None:
        """Read the records of a file.

        Raises:
            DataError: it can't be read.
        """
        for record in read_records(shard.path):
            try:
                if record.wrong:
                    raise DataError(record.wrong)
                image, label = form.parse(record.content)
            except DataError as error:
                self.findings.append(f"{shard.path}: record {record.number}: {error}")
                continue
            self.ids.append(f"{shard.id}/{record.number:05d}")
            self.shards.append(shard)
            self.offsets.append(record.offset)
            self.lengths.append(len(record.content))
            self.labels.append(label)
            self.digest.update(b"%d " % len(image))
            self.digest.update(image)


class RecordSource(ImageSource):
    """Images in records.

    Args:
        classes: The class names, in label order.
        labels: int64 of shape ``(n,)``, each an index into ``classes``.
        index: Where the images are.
        form: What is in a record.
    """

    def __init__(
        self, classes: Sequence[str], labels: NDArray[np.int64], *, index: RecordIndex, form: RecordForm
    ) -> None:
        self.classes = tuple(classes)
        splits = tuple(shard.split for shard in index.shards)
        self.samples = Samples(ids=tuple(index.ids), labels=labels, splits=splits if any(splits) else None)
        self.image_shape = form.raw_shape
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
