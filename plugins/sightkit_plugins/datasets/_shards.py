"""Finding the files that a dataset is divided into, and the split that the name of each says."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit import DataError
from sightkit_plugins.datasets._findings import listing
from sightkit_plugins.datasets._split_words import split_of_word

if TYPE_CHECKING:
    from sightkit import SplitName

NAMES = re.compile(r"\.tfrec|-\d+-of-\d+")
"""What is in the names of record files: ``.tfrec``, ``.tfrecord``, ``.tfrecords`` or ``-00000-of-00016``."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A file of a dataset: its path below what all have in common, where it is, and its split where that is known."""

    id: str
    path: Path
    split: SplitName | None


def find_shards(path: Path, *, patterns: Mapping[SplitName, str]) -> list[Shard]:
    """Return the files of a dataset in the order of their ids.

    Args:
        path: A file, a folder of files, or a glob pattern.
        patterns: A pattern for the file names of each split; without any, words in the names say the split.

    Raises:
        DataError: there are none, or only some have a split.
    """
    files = find_files(path)
    if not files:
        found = "no such file in this folder" if path.is_dir() else "something else" if path.exists() else "none"
        message = f"{path}: expected TFRecord files (a file, a folder of them, or a pattern such as *.tfrecord), "
        raise DataError(f"{message}found {found}")
    base = Path(os.path.commonpath([file.parent for file in files]))
    ids = {file: file.relative_to(base).as_posix() for file in files}
    splits = {file: matched_split(ids[file], patterns) if patterns else said_split(ids[file]) for file in files}
    without = [ids[file] for file in files if splits[file] is None]
    if without and (patterns or len(without) < len(files)):
        says = "a pattern for it" if patterns else "train, val or test in its name, as others have"
        remedy = "Set train_files, validation_files and test_files so that each file matches one."
        raise DataError(listing(f"{path}: expected of each file {says}, found none for", without, remedy=remedy))
    return [Shard(ids[file], file, splits[file]) for file in files]


def find_files(path: Path) -> list[Path]:
    """Return the regular files, by name."""
    if path.is_dir():
        found = [each for each in path.iterdir() if NAMES.search(each.name) and not each.name.startswith(".")]
    elif path.exists():
        found = [path]
    else:
        found = [Path(each) for each in glob.glob(str(path), recursive=True)]  # noqa: PTH207 - the pattern is absolute
    return sorted((each for each in found if each.is_file()), key=str)


def matched_split(name: str, patterns: Mapping[SplitName, str]) -> SplitName | None:
    """Return the split whose pattern a file's name matches; ``None`` where that is none or several."""
    file_name = name.rpartition("/")[2]
    matches = [
        split for split, pattern in patterns.items() if fnmatchcase(file_name, pattern) or fnmatchcase(name, pattern)
    ]
    return matches[0] if len(matches) == 1 else None


def said_split(name: str) -> SplitName | None:
    """Return the split that a word of the file's name says, else one of its folders, the innermost first."""
    for part in reversed(name.split("/")):
        splits = {split for word in re.split(r"[^A-Za-z]+", part) if (split := split_of_word(word))}
        if splits:
            return splits.pop() if len(splits) == 1 else None
    return None
