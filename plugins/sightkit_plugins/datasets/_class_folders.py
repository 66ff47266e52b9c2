"""Which folders are classes: those in the dataset's folder, or those in its folders of splits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightkit import DataError
from sightkit_plugins.datasets._findings import counted, listing, nearest
from sightkit_plugins.datasets._folder_scan import ClassFolder, find_folders, printable
from sightkit_plugins.datasets._split_words import split_of_word


def find_class_folders(root: Path, *, classes: Sequence[str], expected: str) -> list[ClassFolder]:
    """Return the class folders: in ``root``, or in its folders where those are named like splits."""
    folders = find_folders(root)
    names = [printable(folder.name) for folder in folders]
    if names and all(map(split_of_word, names)) and not set(names) <= set(classes):
        return find_below_splits(root, folders)
    if not folders:
        message = f"{expected}, found {what_is_in(root)}"
        raise DataError(message)
    return [ClassFolder(id=name, path=path, name=name) for name, path in zip(names, folders, strict=True)]


def find_below_splits(root: Path, splits: Sequence[Path]) -> list[ClassFolder]:
    """Return the class folders in folders of splits, which are found to be one for each split, train among them."""
    names = [printable(folder.name) for folder in splits]
    means = [split_of_word(name) for name in names]
    if "train" not in means or len(set(means)) < len(means):
        message = (
            f"{root}: expected train and, where there are, one folder for validation and one for test images, "
            f"found {', '.join(names)}"
        )
        raise DataError(message)
    found = []
    for path, name, split in zip(splits, names, means, strict=True):
        classes = find_folders(path)
        if not classes:
            message = f"{path}: expected folders of classes in this folder of a split, found {what_is_in(path)}"
            raise DataError(message)
        labelled = [(printable(each.name), each) for each in classes]
        found += [ClassFolder(id=f"{name}/{label}", path=each, name=label, split=split) for label, each in labelled]
    return found


def check_classes(root: Path, folders: Sequence[ClassFolder], classes: Sequence[str], *, given: bool) -> None:
    """Refuse folders that are none of the classes."""
    known = set(classes)
    if unknown := [folder for folder in folders if folder.name not in known]:
        where = "the param classes" if given else "the train folder"
        headline = f"{root}: expected folders of the {len(classes)} classes in {where}, found {len(unknown)} other"
        remedy = "Add them to classes, or move them elsewhere." if given else "Rename them, or move them elsewhere."
        findings = [f"{folder.id}{nearest(folder.name, classes)}" for folder in unknown]
        raise DataError(listing(headline, findings, remedy=remedy))


def what_is_in(root: Path) -> str:
    """Return what a folder without class folders holds, for a message."""
    count = sum(1 for path in root.iterdir() if not path.name.startswith("."))
    return f"no folder but {counted(count, 'file')} directly in it" if count else "an empty folder"
