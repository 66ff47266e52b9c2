"""image-folder: a folder for each class, with the images of that class in it; below folders of splits or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import DataError, Dataset, DatasetTask, Params, Samples, hookimpl

if TYPE_CHECKING:
    from sightkit import ImageSource


class ImageFolderParams(Params):
    """Parameters of ``[dataset] use = "image-folder"``."""

    path: Path = Field(
        description="Folder of folders, one a class and named like it, with images anywhere below: "
        "path/CLASS/image.jpg, or path/train/CLASS/image.jpg beside val and test."
    )
    classes: tuple[str, ...] | None = Field(
        None,
        min_length=2,
        description="Names of the class folders in label order; by default all that there are, in code point order.",
    )


def build_image_folder(params: ImageFolderParams, _task: DatasetTask) -> ImageSource:
    """Return the images of the class folders.

    Where all folders have names of splits (train, val, test and their longer forms), those of the classes are in
    them; the classes are then those of the training folder, and the others may lack some of them. Hidden files and
    folders, and files that don't have the extension of an image, are passed over.

    Raises:
        DataError: the folder isn't there, can't be listed, or holds no images in class folders; or there are
            folders of classes that aren't in ``classes`` or in the training folder.
    """
    import numpy as np

    from sightkit_plugins.datasets._class_folders import check_classes, find_class_folders
    from sightkit_plugins.datasets._findings import counted
    from sightkit_plugins.datasets._folder_scan import find_images
    from sightkit_plugins.datasets._path_source import PathSource

    expected = f"{params.path}: expected a folder for each class with images in it (path/CLASS/image.jpg)"
    if not params.path.is_dir():
        found = "a file" if params.path.exists() else "nothing there"
        message = f"{expected}, found {found}; name another one: -s dataset.path=FOLDER"
        raise DataError(message)
    folders = find_class_folders(params.path, classes=params.classes or (), expected=expected)
    classes = params.classes or tuple(dict.fromkeys(each.name for each in folders if each.split in (None, "train")))
    check_classes(params.path, folders, classes, given=params.classes is not None)
    files = find_images(params.path, folders)
    if not files:
        message = f"{expected}, found {counted(len(folders), 'folder')} without an image in them"
        raise DataError(message)
    label_of = {name: label for label, name in enumerate(classes)}
    samples = Samples(
        ids=tuple(file.id for file in files),
        labels=np.array([label_of[file.folder.name] for file in files], dtype=np.int64),
        splits=tuple(file.folder.split for file in files) if folders[0].split else None,
    )
    return PathSource(classes, samples, [file.path for file in files])


@hookimpl
def sightkit_datasets() -> list[Dataset[ImageFolderParams]]:
    """Offer the image folder."""
    return [
        Dataset(
            name="image-folder",
            summary="A folder for each class with its images in it: path/CLASS/image.jpg, or path/train/CLASS/….",
            params=ImageFolderParams,
            build=build_image_folder,
        )
    ]
