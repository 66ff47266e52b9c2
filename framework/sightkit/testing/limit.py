"""What checking a component may take, and what is done about one that takes more and cannot be interrupted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sightkit.errors import PluginError
from sightkit.testing.finding import Finding
from sightkit.testing.watching import SECONDS


@dataclass(frozen=True)
class Limit:
    """What one check may take, or the import of the plugins.

    Attributes:
        seconds: How long; 0 for ever.
        stuck: What to do about code that cannot be interrupted: tell what is known of it and end the process. Without,
            it goes on.
    """

    seconds: float = SECONDS
    stuck: Callable[[Finding | PluginError], None] | None = None


USUAL = Limit()
