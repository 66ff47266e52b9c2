"""tfrecord: images and labels in TFRecord files of tf.train.Example messages, read without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sightkit import Dataset, DatasetTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ImageSource, SplitName

Side = Annotated[int, Field(ge=1)]


class TfrecordParams(Params):
    """Parameters of ``[dataset] use = "tfrecord"``."""

    path: Path = Field(description="A TFRecord file, a folder of them, or a pattern such as data/*.tfrecord.")
    image: str = Field("image/encoded", min_length=1, description="Feature with the image, as encoded bytes.")
    label: str = Field(
        "image/class/label", min_length=1, description="Feature with the label, a whole number or a class name."
    )
    raw_shape: tuple[Side, Side, Literal[1, 3]] | None = Field(
        None,
        description="Height, width and channels in pixels where the feature holds the uint8 pixels themselves; by "
        "default it holds a JPEG, PNG or the like.",
    )
    train_files: str | None = Field(
        None,
        description="Pattern of the names of files with training images, such as part-0*; by default the words train, "
        "val and test in the files' names say their split.",
    )
    validation_files: str | None = Field(None, description="The same for validation images.")
    test_files: str | None = Field(None, description="The same for test images.")
    classes: tuple[str, ...] | None = Field(
        None,
        min_length=2,
        description="Class names: of the labels from 0 on, or in label order where labels are names; by default the "
        "labels that occur.",
    )


def build_tfrecord(params: TfrecordParams, _task: DatasetTask) -> ImageSource:
    """Return the images of record files; all records are read once, and checked, but not kept.

    Raises:
        DataError: there are no files, or records can't be used; all of them are found before it is raised.
    """
    from sightkit_plugins.datasets._labels import index_labels
    from sightkit_plugins.datasets._record_index import RecordForm, index_records
    from sightkit_plugins.datasets._record_source import RecordSource
    from sightkit_plugins.datasets._shards import find_shards

    patterns: dict[SplitName, str | None] = {
        "train": params.train_files,
        "validation": params.validation_files,
        "test": params.test_files,
    }
    shards = find_shards(params.path, patterns={split: pattern for split, pattern in patterns.items() if pattern})
    form = RecordForm(params.image, params.label, params.raw_shape)
    index = index_records(shards, form, where=str(params.path))
    classes, labels = index_labels(index.values(), classes=params.classes, ids=index.ids, where=str(params.path))
    return RecordSource(classes, labels, index=index, form=form)


@hookimpl
def sightkit_datasets() -> list[Dataset[TfrecordParams]]:
    """Offer TFRecord files."""
    return [
        Dataset(
            name="tfrecord",
            summary="TFRecord files of tf.train.Example messages, each with an image and a label.",
            params=TfrecordParams,
            build=build_tfrecord,
        )
    ]
