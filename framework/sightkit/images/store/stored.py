"""`stored_pictures`: the images of a source from the store, which is made first if nobody has yet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.errors import DataError, StorageError
from sightkit.images.checks import LISTED
from sightkit.images.store.fingerprints import fingerprint_of
from sightkit.images.store.folder import StoreFolder, address_of
from sightkit.images.store.lock import locked
from sightkit.images.store.making import fill_store
from sightkit.images.store.stamps import Stamp, stamps_of

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.images.decoding.form import Form
    from sightkit.images.maker import Maker
    from sightkit.images.pictures import Pictures, ProgressFunction


def stored_pictures(
    source: ImageSource,
    form: Form,
    *,
    cache: Path,
    maker: Maker | None,
    progress: ProgressFunction | None = None,
    waiting: Callable[[], None] | None = None,
) -> Pictures:
    """Return the images of a source as memory maps of the store.

    Args:
        source: The images.
        form: What they are brought to.
        cache: The folder of stores; made if it isn't there.
        maker: Who made the source; ``None`` where nobody knows.
        progress: Told how far the reading is.
        waiting: Called once if another process is making the store already; it is waited for.

    Raises:
        DataError: files changed while they were read.
        StorageError: the store can't be written.
    """
    stamps = None if source.files is None else stamps_of(source.files)
    fingerprint = fingerprint_of(source, maker=maker, stamps=stamps, folder=cache / "fingerprints")
    folder = StoreFolder(cache, address_of(fingerprint, form, maker))
    if (pictures := folder.open(form)) is not None:
        return pictures
    try:
        folder.lock.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.lock, waiting):
            if (pictures := folder.open(form)) is not None:  # another process has made it meanwhile
                return pictures
            about = {"label": maker.label if maker else "", "fingerprint": fingerprint}
            return make(folder, source, form, about=about, stamps=stamps, progress=progress)
    except OSError as error:
        message = (
            f"{error.filename or cache}: prepared images cannot be kept here: {error.strerror or error}; choose "
            'another folder (--cache-dir), or images.cache = "none"'
        )
        raise StorageError(message) from error


def make(
    folder: StoreFolder,
    source: ImageSource,
    form: Form,
    *,
    about: dict[str, str],
    stamps: tuple[Stamp | None, ...] | None,
    progress: ProgressFunction | None,
) -> Pictures:
    """Make a store, or finish it, and return what is in it."""
    shutil.rmtree(folder.path, ignore_errors=True)  # a damaged one
    problems = fill_store(folder.making, source, form, progress)
    if stamps is not None and source.files is not None and (now := stamps_of(source.files)) != stamps:
        shutil.rmtree(folder.making)
        changed = [file for file, before, after in zip(source.files, stamps, now, strict=True) if before != after]
        raise DataError(changed_meanwhile(changed))
    folder.seal({**about, "form": asdict(form), "problems": problems})
    pictures = folder.open(form)
    assert pictures is not None
    return pictures


def changed_meanwhile(files: Sequence[str | Path]) -> str:
    """Return the message for files that changed while they were read."""
    shown = [f"  {file}" for file in files[:LISTED]]
    more = [f"  and {len(files) - LISTED:,} more"] if len(files) > LISTED else []
    return "\n".join([f"{len(files):,} files changed while they were read:", *shown, *more, "Run again."])
