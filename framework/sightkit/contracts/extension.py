"""What an extension is built for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionTask:
    """What an extension is built for.

    Attributes:
        experiment: The name of the experiment.
        seed: The experiment's seed.
    """

    experiment: str
    seed: int
