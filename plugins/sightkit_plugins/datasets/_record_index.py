"""Where each image is in TFRecord files, and what was learned of all while the files were read once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit import DataError
from sightkit_plugins.datasets._example import read_example
from sightkit_plugins.datasets._findings import counted, listing
from sightkit_plugins.datasets._record_file import read_records
from sightkit_plugins.datasets._shards import Shard

if TYPE_CHECKING:
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
    """Where each image is, and what was learned of it: one entry an image.

    Attributes:
        ids: The file and the record's number in it.
        shards: The file.
        offsets: Where the record's content begins in it, in bytes.
        lengths: How long that is, in bytes.
        labels: The labels as they are stored.
        digest: A SHA-256 over the size and content of all images.
        findings: What is wrong with the records that can't be used.
        files: Every file that was read, also those without a record.
    """

    ids: list[str] = field(default_factory=list)
    shards: list[Shard] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    labels: list[int | str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)
    findings: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def add(self, shard: Shard, form: RecordForm) -> None:
        """Read the records of a file.

        Raises:
            DataError: it can't be read.
        """
        self.files.append(shard.path)
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

    def values(self) -> NDArray[Any]:
        """Return the labels as an array of shape ``(n,)``: int64 or text."""
        import numpy as np

        return np.array(self.labels, dtype=np.int64 if isinstance(self.labels[0], int) else np.str_)


def index_records(shards: Sequence[Shard], form: RecordForm, *, where: str) -> RecordIndex:
    """Return where all images are; all records are read once, and checked, but not kept.

    Args:
        shards: The files.
        form: What is in their records.
        where: What messages begin with.

    Raises:
        DataError: there are no records, or some can't be used; all of them are found before it is raised.
    """
    index = RecordIndex()
    for shard in shards:
        index.add(shard, form)
    if index.findings:
        known = counted(len(index.ids) + len(index.findings), "record")
        headline = f"{where}: {len(index.findings):,} of {known} cannot be used"
        raise DataError(listing(headline, index.findings, remedy="Write the files anew."))
    if not index.ids:
        message = f"{where}: expected records, found none in {counted(len(shards), 'file')}"
        raise DataError(message)
    if len(set(map(type, index.labels))) > 1:
        message = f"{where}: feature {form.label!r}: expected labels of one kind, found numbers and names"
        raise DataError(message)
    return index
