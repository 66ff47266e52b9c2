"""Where prepared images are kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from sightkit.paths import absolute

CACHE_VARIABLE = "SIGHTKIT_CACHE_DIR"


def cache_folder(wanted: Path | str | None) -> Path:
    """Return where prepared images are kept: the folder that is wanted, else the user's for such things."""
    wanted = wanted or os.environ.get(CACHE_VARIABLE)
    return absolute(wanted) if wanted else platformdirs.user_cache_path("sightkit", appauthor=False)
