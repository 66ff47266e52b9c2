"""Features on the disk: found again, computed again where they were damaged, and never twice at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sightkit import StorageError
from sightkit.images.store.kept import kept_stores, remove
from sightkit.runs.features.files import FeatureFolder

BATCH_SIZE = 64
ROWS = 2 * BATCH_SIZE + 100
FEATURES = np.random.default_rng(0).normal(size=(ROWS, 5)).astype(np.float32)


class Source:
    """Gives features batch by batch and remembers from which row on it was asked; may fail before a batch."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.asked: list[int] = []
        self._fails_at = fails_at

    def __call__(self, start: int) -> Any:
        self.asked.append(start)
        for row in range(start, ROWS, BATCH_SIZE):
            if row == self._fails_at:
                raise KeyboardInterrupt
            yield FEATURES[row : row + BATCH_SIZE]


def folder(cache: Path, name: str = "a") -> FeatureFolder:
    return FeatureFolder.of(cache, name, FEATURES.shape, batch_size=BATCH_SIZE)


def test_features_that_were_made_are_found_bit_for_bit(tmp_path: Path) -> None:
    assert folder(tmp_path).open() is None
    made = folder(tmp_path).make(Source(), label="digits")
    found = folder(tmp_path).open()
    assert isinstance(found, np.memmap)
    assert made.tobytes() == found.tobytes() == FEATURES.tobytes()
    assert folder(tmp_path, "b").open() is None


@pytest.mark.parametrize("damage", ["cut", "flipped", "removed", "checksums"])
def test_damaged_features_are_computed_again(tmp_path: Path, damage: str) -> None:
    folder(tmp_path).make(Source(), label="digits")
    path = tmp_path / "features" / "a" / ("checksums.npy" if damage == "checksums" else "features.npy")
    content = path.read_bytes()
    path.write_bytes(content[:-4] if damage == "cut" else content[:-4] + bytes([content[-4] ^ 1]) + content[-3:])
    if damage == "removed":
        path.unlink()
    assert folder(tmp_path).open() is None
    source = Source()
    assert folder(tmp_path).make(source, label="digits").tobytes() == FEATURES.tobytes()
    assert source.asked == [0]
    assert folder(tmp_path).open() is not None


def test_what_a_process_that_was_ended_has_computed_is_used(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        folder(tmp_path).make(Source(fails_at=2 * BATCH_SIZE), label="digits")
    assert folder(tmp_path).open() is None
    source = Source()
    assert folder(tmp_path).make(source, label="digits").tobytes() == FEATURES.tobytes()
    assert source.asked == [2 * BATCH_SIZE]


def test_of_two_that_want_the_same_features_one_computes_them(tmp_path: Path) -> None:
    source = Source()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: folder(tmp_path).make(source, label="digits"), range(4)))
    assert source.asked == [0]
    assert {each.tobytes() for each in made} == {FEATURES.tobytes()}


def test_features_are_listed_and_removed_with_the_prepared_images(tmp_path: Path) -> None:
    folder(tmp_path).make(Source(), label="digits: features of basic-cnn")
    with pytest.raises(KeyboardInterrupt):
        folder(tmp_path, "b").make(Source(fails_at=BATCH_SIZE), label="digits")
    kept = {each.folder.address: each for each in kept_stores(tmp_path)}
    assert (kept["a"].label, kept["a"].shape, kept["a"].complete) == ("digits: features of basic-cnn", (ROWS, 5), True)
    assert kept["a"].size > FEATURES.nbytes
    assert not kept["b"].complete
    assert {each.holds for each in kept.values()} == {"features"}
    assert all(map(remove, kept.values()))
    assert kept_stores(tmp_path) == []


def test_a_disk_without_room_is_told_with_what_to_do(tmp_path: Path) -> None:
    huge = FeatureFolder.of(tmp_path, "a", (2**40, 5), batch_size=BATCH_SIZE)
    with pytest.raises(StorageError, match=r'the features need [\d,.]+ GB, .* are free.*cache_features = "off"'):
        huge.make(Source(), label="digits")


def test_a_disk_that_gets_full_is_told_and_leaves_nothing_in_use(tmp_path: Path) -> None:
    program = f"""
import resource, runpy, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
tests = runpy.run_path({__file__!r})
try:
    tests["folder"](tests["Path"]({str(tmp_path)!r})).make(tests["Source"](), label="digits")
except tests["StorageError"] as error:
    print(error)
"""
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "features cannot be kept here: File too large" in told
    assert 'images.cache = "none"' in told
    assert folder(tmp_path).open() is None
