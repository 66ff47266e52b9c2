"""Which splits a report is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit import Predictions


def called(split: str) -> str:
    """Return a split in words; what is none of a run's own is other data, and has a name of its own."""
    return f"{split} split" if split in {"train", "validation", "test"} else split


def shown_splits(predictions: Mapping[str, Predictions]) -> list[str]:
    """Return the splits to report on: not trained on if there is one, ``test`` first."""
    given = [split for split, predicted in predictions.items() if len(predicted.labels)]
    unseen = [split for split in given if split != "train"]
    return sorted(unseen or given, key=lambda split: split != "test")
