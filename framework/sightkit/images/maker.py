"""`Maker`: which code made a source of images, and with what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Maker:
    """Which code made a source, and with what: with another one, other images may be read from the same files.

    Attributes:
        label: What people call it: the component's name and its paths.
        code: The plugin, the component and a digest of its source.
        params: Its parameters.
    """

    label: str = ""
    code: str = ""
    params: str = ""
