"""`StoreFolder`: where one dataset in one form lies on the disk, finished or in the making."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL
from PIL import features

from sightkit.files import write_json
from sightkit.images.decoding.facts import BAD, FACTS, GOOD
from sightkit.images.pictures import Pictures
from sightkit.images.store.row_file import read_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images.decoding.form import Form
    from sightkit.images.maker import Maker

LAYOUT = 1
"""Changes when what is in a store, or how an image is decoded, does."""


def address_of(fingerprint: str, form: Form, maker: Maker | None) -> str:
    """Return the name of the store of a dataset in a form: equal names, equal pixels.

    The decoders' versions are part of it: another libjpeg may round another way.
    """
    decoders = [PIL.__version__, *(features.version(name) for name in ("jpg", "libjpeg_turbo", "webp", "libtiff"))]
    parts = [LAYOUT, fingerprint, asdict(form), maker.code if maker else "", decoders]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StoreFolder:
    """A store's folder: ``images.npy``, ``facts.npy`` and ``about.json``; with another name until it is complete.

    Attributes:
        cache: The folder of all stores.
        address: The store's name.
    """

    cache: Path
    address: str

    @property
    def path(self) -> Path:
        """Where the complete store is."""
        return self.cache / self.address

    @property
    def making(self) -> Path:
        """Where it is while it is made."""
        return self.cache / f"{self.address}.making"

    @property
    def lock(self) -> Path:
        """The file whose lock says that somebody makes or removes it."""
        return self.cache / "locks" / self.address

    def open(self, form: Form) -> Pictures | None:
        """Return the images in a form from the complete store; ``None`` if there is none, or one that was damaged.

        The pixels are not looked at: that would take longer than most epochs.
        """
        try:
            about = json.loads((self.path / "about.json").read_text(encoding="utf-8"))
            images, facts = read_rows(self.path / "images.npy"), np.array(read_rows(self.path / "facts.npy"))
            problems = {int(row): str(problem) for row, problem in about["problems"].items()}
            fingerprint = str(about["fingerprint"])
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            return None
        if not is_sound(images, facts, problems, form):
            return None
        with suppress(OSError):  # another user's, or on a disk that is read only
            os.utime(self.path / "about.json")  # when it was last used
        return Pictures(images=images, facts=facts, problems=problems, fingerprint=fingerprint)

    def seal(self, about: Mapping[str, Any]) -> None:
        """Give the store that was made its name; from now on it is used."""
        write_json(self.making / "about.json", about)
        self.making.rename(self.path)


def is_sound(images: NDArray[Any], facts: NDArray[Any], problems: Mapping[int, str], form: Form) -> bool:
    """Say whether what was read from a store's files can be what was written there."""
    if facts.dtype != FACTS or facts.ndim != 1 or images.dtype != np.uint8 or images.shape != (len(facts), *form.shape):
        return False
    bad = np.flatnonzero(facts["state"] == BAD)
    return bool(np.isin(facts["state"], (GOOD, BAD)).all()) and bad.tolist() == sorted(problems)
