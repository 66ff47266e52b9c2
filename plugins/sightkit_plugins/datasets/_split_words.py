"""The words that folders, files and tables say a split with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit import SplitName

SPLIT_WORDS: Mapping[str, SplitName] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""Each word, in lower case, and the split that it means."""
EXPECTED_WORDS = "train, val (valid, validation) or test"


def split_of_word(word: str) -> SplitName | None:
    """Return the split that a word means, in upper or lower case; ``None`` for any other word."""
    return SPLIT_WORDS.get(word.lower())
