"""tfds: the datasets of TensorFlow Datasets by name, read from their prepared files without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Dataset, DatasetTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ImageSource, SplitName


class TfdsParams(Params):
    """Parameters of ``[dataset] use = "tfds"``."""

    dataset: str = Field(
        # What `tfds.builder` takes, without its namespaces and arguments: those ask the network.
        pattern=r"^\w+(/[\w.+-]+)?(:\d+\.\d+\.\d+)?$",
        description='Name of the dataset, with its configuration and version if wanted: "beans", "emnist/letters" or '
        '"oxford_flowers102:2.1.1"; by default the first configuration and the newest version that is there.',
    )
    data_dir: Path | None = Field(
        None,
        description="Folder of the prepared datasets; by default that of TensorFlow Datasets: TFDS_DATA_DIR, else "
        "~/tensorflow_datasets.",
    )
    download: bool = Field(
        False, description="Whether to download and prepare the dataset, with TensorFlow, where it isn't in data_dir."
    )
    image: str | None = Field(
        None, min_length=1, description="Feature with the image; by default the dataset's own choice, or the only one."
    )
    label: str | None = Field(
        None, min_length=1, description="Feature with the label; by default the dataset's own choice, or the only one."
    )
    train_split: str | None = Field(
        None,
        min_length=1,
        description="The dataset's split with training images; by default the words train, val and test in the names "
        "of its splits say which is which, and other splits are passed over. Once a split is named, only the named "
        "ones are taken.",
    )
    validation_split: str | None = Field(None, min_length=1, description="The same for validation images.")
    test_split: str | None = Field(None, min_length=1, description="The same for test images.")


def build_tfds(params: TfdsParams, _task: DatasetTask) -> ImageSource:
    """Return the images of a prepared dataset, encoded as they are in its TFRecord files.

    All records are read once, and checked, but not kept.

    Raises:
        DataError: there is no such dataset or it isn't in ``data_dir``, it can't be downloaded, it has no such
            features or splits, or its files are damaged or none that can be read.
    """
    from sightkit_plugins.datasets._labels import index_labels
    from sightkit_plugins.datasets._record_index import RecordForm, index_records
    from sightkit_plugins.datasets._record_source import RecordSource
    from sightkit_plugins.datasets._tfds_folder import find_dataset
    from sightkit_plugins.datasets._tfds_parts import check_count, choose_features, choose_splits, find_shards

    named: dict[SplitName, str | None] = {
        "train": params.train_split,
        "validation": params.validation_split,
        "test": params.test_split,
    }
    found = find_dataset(params.dataset, data_dir=params.data_dir, download=params.download)
    features = choose_features(found, image=params.image, label=params.label)
    splits = choose_splits(found, named)
    form = RecordForm(features.image, features.label, None)
    index = index_records(find_shards(found, splits), form, where=str(found.path))
    check_count(found, splits, len(index.ids))
    classes, labels = index_labels(index.values(), classes=features.classes, ids=index.ids, where=str(found.path))
    return RecordSource(
        classes,
        labels,
        index=index,
        form=form,
        others=found.descriptions(),
        licence=found.licence,
        citation=found.citation,
    )


@hookimpl
def sightkit_datasets() -> list[Dataset[TfdsParams]]:
    """Offer TensorFlow Datasets."""
    return [
        Dataset(
            name="tfds",
            summary="The datasets of TensorFlow Datasets by name, prepared before or downloaded.",
            params=TfdsParams,
            build=build_tfds,
            requires=(
                "importlib-resources>=5",
                "tensorflow-datasets>=4.9.7",
            ),  # the second forgets to ask for the first
        )
    ]
