"""The files of ImageNet weights that keras.applications publishes: where they are, and how they get there."""

from __future__ import annotations

import hashlib
import sys
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from sightkit import ArtefactError, BuildError

SERVER = "https://storage.googleapis.com"


def same(name: str) -> str:
    """Return a name as it is."""
    return name


@dataclass(frozen=True, kw_only=True)
class Published:
    """A file of weights without the classifier that keras.applications publishes.

    Attributes:
        file: Its name, under which Keras keeps it too.
        folder: Where it is on the server.
        digest: Its MD5 or SHA-256, as the source of keras.applications states it; ``None`` where that states none.
        old_name: What the file calls a layer that keras.applications calls otherwise today.
    """

    file: str
    folder: str
    digest: str | None = None
    old_name: Callable[[str], str] = same

    @property
    def url(self) -> str:
        """Where it can be downloaded."""
        return f"{SERVER}/{self.folder}/{self.file}"

    def is_at(self, path: Path) -> bool:
        """Say whether a file is this one, byte for byte; never where no digest is known."""
        return self.digest is not None and digest_of(path, algorithm=algorithm_of(self.digest)) == self.digest


def fetch(published: Published) -> Path:
    """Return the file where Keras keeps it, downloaded by Keras if it is not there yet.

    Raises:
        BuildError: it is not there and can't be downloaded.
        ArtefactError: what is there is something else.
    """
    folder = keras_models()
    path = folder / published.file
    if not path.exists():
        download(published, path)
    if published.digest is not None and not published.is_at(path):
        message = (
            f"{path}: expected the file that keras.applications publishes ({algorithm_of(published.digest)} "
            f"{published.digest}), found a damaged file or another one; delete it, or if it is meant, name it by "
            f'architecture.weights = "{path}"'
        )
        raise ArtefactError(message)
    return path


def keras_models() -> Path:
    """Return the folder in which keras.applications keeps what it downloads."""
    from keras.src.backend.config import keras_home  # Keras has no public name for it

    return Path(keras_home()).expanduser() / "models"


def download(published: Published, path: Path) -> None:
    """Let Keras download a file, which is at ``path`` only when it is complete.

    Raises:
        BuildError: it can't.
    """
    import keras

    temporary = path.parent / f".download-{uuid.uuid4().hex}"
    try:
        temporary.mkdir(parents=True)
        # Standard output belongs to results; Keras would write its progress there.
        with redirect_stdout(sys.stderr):
            complete = keras.utils.get_file(
                published.file, published.url, cache_dir=str(temporary), cache_subdir=".", file_hash=published.digest
            )
        Path(complete).replace(path)
    except Exception as error:  # Keras raises a plain Exception where there is no network
        message = (
            f'architecture.weights = "imagenet": expected {published.file} in {path.parent}, which is not there and '
            f"can't be downloaded: {error}; put it there (from {published.url}), name a file by "
            'architecture.weights = "PATH", or start from random weights with "none"'
        )
        raise BuildError(message) from error
    finally:
        remove_folder(temporary)


def remove_folder(folder: Path) -> None:
    """Remove a folder and the files in it, if it is there."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def algorithm_of(digest: str) -> str:
    """Return which algorithm makes digests of this length."""
    return "sha256" if len(digest) == 64 else "md5"


def digest_of(path: Path, *, algorithm: str) -> str:
    """Return the digest of a file in hexadecimal; MD5 tells files apart, and is no protection against malice."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
