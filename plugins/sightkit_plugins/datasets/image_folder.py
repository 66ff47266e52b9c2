"""image-folder: a folder for each class, with the images of that class in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from sightkit import DataError, Dataset, DatasetTask, ImageSource, Params, Samples, hookimpl
from sightkit_plugins.datasets._folder_scan import ImageFile, find_class_folders, find_images, hash_files, printable

SPLIT_FOLDERS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})


class ImageFolderParams(Params):
    """Parameters of ``[dataset] use = "image-folder"``."""

    path: Path = Field(
        description="Folder of folders, one a class and named like it, with images anywhere below: "
        "path/CLASS/image.jpg."
    )


class FolderSource(ImageSource):
    """The images of class folders; read as paths, decoded by the core.

    Args:
        classes: The class names, in label order.
        files: The images.
    """

    def __init__(self, classes: Sequence[str], files: Sequence[ImageFile]) -> None:
        import numpy as np

        self.classes = tuple(classes)
        self.samples = Samples(
            ids=tuple(file.id for file in files), labels=np.array([file.label for file in files], dtype=np.int64)
        )
        self.paths = tuple(file.path for file in files)

    def read(self, index: int) -> Path:
        """Return the path of image ``index``."""
        return self.paths[index]

    def fingerprint(self) -> str:
        """Return a SHA-256 over the class names and each image's id, size and content, in hexadecimal.

        Raises:
            DataError: a file can't be read.
        """
        return hash_files(self.paths, header=[self.classes, self.samples.ids])


def build_image_folder(params: ImageFolderParams, _task: DatasetTask) -> ImageSource:
    """Return the images of the class folders; classes in the order of their names' code points.

    Hidden files and folders, and files that don't have the extension of an image, are passed over.

    Raises:
        DataError: the folder isn't there, can't be listed, or holds no images in at least two class folders.
    """
    root = params.path
    expected = f"{root}: expected a folder for each class with images in it (path/CLASS/image.jpg)"
    if not root.is_dir():
        message = f"{expected}, found {'a file' if root.exists() else 'nothing there'}"
        raise DataError(message)
    folders = find_class_folders(root)
    if len(folders) < 2:
        message = f"{expected}, at least two of them, found {what_is_in(root, folders)}"
        raise DataError(message)
    if SPLIT_FOLDERS.issuperset(folder.name.lower() for folder in folders):
        names = ", ".join(folder.name for folder in folders)
        message = f"{expected}, found folders that look like splits ({names}); set path to one of them"
        raise DataError(message)
    files = find_images(root, folders)
    if not files:
        message = f"{expected}, found {len(folders)} folders without an image in them"
        raise DataError(message)
    return FolderSource([printable(folder.name) for folder in folders], files)


def what_is_in(root: Path, folders: Sequence[Path]) -> str:
    """Return what a folder without enough class folders holds, for a message."""
    if folders:
        return f"one folder, {printable(folders[0].name)!r}"
    count = sum(1 for path in root.iterdir() if not path.name.startswith("."))
    return f"no folder but {count:,} files directly in it" if count else "an empty folder"


@hookimpl
def sightkit_datasets() -> list[Dataset[ImageFolderParams]]:
    """Offer the image folder."""
    return [
        Dataset(
            name="image-folder",
            summary="A folder for each class with its images in it: path/CLASS/image.jpg.",
            params=ImageFolderParams,
            build=build_image_folder,
        )
    ]
