"""Silence: Pillow decodes without telling the user what it thinks of a file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Keep Pillow's warnings about odd metadata and large images from the user: either an image is good or an error.

    `warnings.catch_warnings` would put back the filters of the whole process as they were, losing what other threads
    changed meanwhile; this adds one filter, for Pillow's own modules alone, and takes that one away again.
    """
    filters = cast("list[Any]", warnings.filters)
    silence = ("ignore", None, Warning, re.compile(r"PIL\."), 0)
    filters.insert(0, silence)
    try:
        yield
    finally:
        with suppress(ValueError):  # another thread may have exchanged the list
            filters.remove(silence)
