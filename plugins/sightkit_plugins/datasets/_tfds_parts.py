"""What of a prepared TensorFlow dataset is used: its features, its splits and their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit import DataError
from sightkit_plugins.datasets._findings import named, nearest
from sightkit_plugins.datasets._shards import Shard
from sightkit_plugins.datasets._split_words import split_of_word
from sightkit_plugins.datasets._tfds_folder import PreparedDataset

if TYPE_CHECKING:
    from sightkit import SplitName


@dataclass(frozen=True, slots=True)
class Features:
    """The names of the features with image and label, and the names of the classes where there are any."""

    image: str
    label: str
    classes: tuple[str, ...] | None


def choose_features(dataset: PreparedDataset, *, image: str | None, label: str | None) -> Features:
    """Return the features to use: those named, else the dataset's own choice, else the only ones of their kind.

    Raises:
        DataError: there are none or several, or they hold something else.
    """
    import numpy as np
    import tensorflow_datasets as tfds

    features = dataset.info.features
    if not isinstance(features, tfds.features.FeaturesDict):
        message = f"{dataset.path}: expected a dataset with named features, found {type(features).__name__}"
        raise DataError(message)
    keys = dataset.info.supervised_keys or (None, None)
    image = choose(dataset, "image", image, own=keys[0], kind=tfds.features.Image)
    label = choose(dataset, "label", label, own=keys[1], kind=tfds.features.ClassLabel)
    if type(features[image]) is not tfds.features.Image or features[image].np_dtype != np.uint8:
        message = f"{dataset.path}: feature {image!r}: expected an image of uint8, found {features[image]!r}"
        raise DataError(message)
    classes = tuple(features[label].names) if isinstance(features[label], tfds.features.ClassLabel) else None
    return Features(image, label, classes)


def choose(dataset: PreparedDataset, what: str, given: str | None, *, own: object, kind: type) -> str:
    """Return the name of a feature."""
    features: Mapping[str, Any] = dataset.info.features
    if given is not None:
        if given not in features:
            message = f"{dataset.path}: expected a feature {given!r}, found {named(list(features))}"
            raise DataError(message + nearest(given, list(features)))
        return given
    if isinstance(own, str) and own in features and (what == "label" or isinstance(features[own], kind)):
        return own
    fitting = [name for name, feature in features.items() if isinstance(feature, kind)]
    if len(fitting) != 1:
        found = f"{named(fitting)} among {named(list(features))}"
        message = f"{dataset.path}: expected one feature that is {kind.__name__}, found {found}; set {what}"
        raise DataError(message)
    return fitting[0]


def choose_splits(dataset: PreparedDataset, given: Mapping[SplitName, str | None]) -> dict[str, SplitName]:
    """Return what each of the dataset's splits that are used is for: as given, else as their names say.

    Raises:
        DataError: a split that is given isn't there, or the names say nothing, or the same of two.
    """
    names = list(dataset.info.splits)
    chosen = {name: split for split, name in given.items() if name is not None}
    for name, split in chosen.items():
        if name not in names:
            message = f"{dataset.path}: {split}_split: expected a split {name!r}, found {named(names)}"
            raise DataError(message + nearest(name, names))
    if len(chosen) < sum(name is not None for name in given.values()):
        message = f"{dataset.path}: train_split, validation_split and test_split: expected different splits"
        raise DataError(message)
    chosen = chosen or {name: said for name in names if (said := split_of_word(name))}
    if len(set(chosen.values())) < max(len(chosen), 1):
        message = f"{dataset.path}: expected splits named train, val and test, found {named(names)}"
        raise DataError(f"{message}; set train_split, and validation_split and test_split where there are such")
    return chosen


def find_shards(dataset: PreparedDataset, splits: Mapping[str, SplitName]) -> list[Shard]:
    """Return the files of the splits.

    Raises:
        DataError: they are of another format.
    """
    if (found := dataset.info.file_format.value) != "tfrecord":
        remedy = f"prepare it again: tfds build {dataset.name} --file_format=tfrecord"
        message = f"{dataset.path}: expected TFRecord files, found {found}; {remedy}"
        raise DataError(message)
    files = [(Path(file), split) for name, split in splits.items() for file in dataset.info.splits[name].filepaths]
    return [Shard(file.name, file, split) for file, split in files]


def check_count(dataset: PreparedDataset, splits: Mapping[str, SplitName], found: int) -> None:
    """Refuse files that hold more or fewer records than the dataset says, such as one that ends between two records."""
    expected = sum(dataset.info.splits[name].num_examples for name in splits)
    if found != expected:
        message = f"{dataset.path}: expected {expected:,} records, as dataset_info.json says, found {found:,}"
        raise DataError(message)
