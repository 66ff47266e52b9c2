"""Where in a plugin's own code an error came from, as Python itself tells it of a syntax error."""

from __future__ import annotations

import traceback
from pathlib import Path

BETWEEN = frozenset({"sightkit", "pluggy", "importlib", "_frozen_importlib", "_frozen_importlib_external"})
"""Whose code runs between the loader and the plugin."""


def place_of(error: BaseException) -> str:
    """Return the last line of a plugin's own code that an error came through: ``shapes.py, line 26``.

    Empty where none of it ran, as when there is no such module.
    """
    frames = [
        (str(frame.f_globals.get("__name__", "")).partition(".")[0], frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    # The first that is nobody else's is the plugin's module, or its hook; below it, libraries may have raised.
    package = next((name for name, _, _ in frames if name not in BETWEEN), None)
    own = [(file, line) for name, file, line in frames if name == package]
    if not own:
        return ""
    file, line = own[-1]
    return f"{Path(file).name}, line {line}"
