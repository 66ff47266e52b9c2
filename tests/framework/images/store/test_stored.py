"""The prepared store: made once, shared, whole or not there, whatever happens to those who make it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightkit import DataError, ImageSource, Samples, StorageError
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare
from sightkit.images.maker import Maker

SMALL = {"size": (4, 4)}
AN_HOUR_AGO = time.time() - 3600


class Files(ImageSource):
    """Images in a folder, and how often each was read."""

    classes = ("cat", "dog")

    def __init__(self, folder: Path) -> None:
        self.files = sorted(folder.glob("*.png"))
        self.samples = Samples(ids=[file.name for file in self.files], labels=np.arange(len(self.files)) % 2)
        self.reads: list[int] = []
        self.fingerprints = 0

    def read(self, index: int) -> Path:
        self.reads.append(index)
        return self.files[index]

    def fingerprint(self) -> str:
        self.fingerprints += 1
        return "-".join(str(zlib.crc32(file.read_bytes())) for file in self.files if file.is_file())


@dataclass
class Shelf:
    """A folder of images and a cache."""

    images: Path
    cache: Path
    settings: dict = field(default_factory=lambda: dict(SMALL))

    def source(self) -> Files:
        return Files(self.images)

    def prepare(self, source=None, **options):
        options = {"cache": self.cache, "maker": Maker(), **options}
        images = ImagesSettings(**self.settings)
        return prepare(source or self.source(), images=images, split=SplitSettings(), seed=0, **options)

    def stores(self) -> list[str]:
        if not self.cache.exists():
            return []
        return sorted(path.name for path in self.cache.iterdir() if path.name not in {"locks", "fingerprints"})


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "images"
    folder.mkdir()
    draw(folder, 100)
    return Shelf(folder, tmp_path / "cache")


def draw(folder: Path, count: int) -> None:
    """Write images that differ, as old as data usually is."""
    rng = np.random.default_rng(0)
    for number in range(count):
        file = folder / f"{number:03}.png"
        Image.fromarray(rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)).save(file)
        os.utime(file, (AN_HOUR_AGO, AN_HOUR_AGO))


def wait_until_not_racy(shelf: Shelf) -> None:
    """The time of a file's last change of status can't be set, so it must pass."""
    newest = max(file.stat().st_ctime for file in shelf.images.iterdir())
    time.sleep(max(0, newest + 2.1 - time.time()))


def test_images_are_read_once_and_found_again(shelf: Shelf):
    first, again = shelf.source(), shelf.source()
    made, found = shelf.prepare(first), shelf.prepare(again)
    assert sorted(first.reads) == list(range(100))
    assert again.reads == []
    np.testing.assert_array_equal(made.images, found.images, strict=True)
    np.testing.assert_array_equal(found.sizes, [[5, 6]] * 100)
    assert (made.fingerprint, made.split_digests()) == (found.fingerprint, found.split_digests())
    assert len(shelf.stores()) == 1


def test_images_that_are_kept_are_those_that_are_decoded_on_demand_bit_for_bit(shelf: Shelf):
    kept = shelf.prepare()
    cache = shelf.cache.rename(shelf.cache.with_name("elsewhere"))
    shelf.settings["cache"] = "none"
    on_demand = shelf.prepare()
    rows = np.random.default_rng(0).permutation(100)
    np.testing.assert_array_equal(on_demand.images[rows], kept.images[rows], strict=True)
    assert on_demand.images.shape == kept.images.shape == (100, 4, 4, 3)
    assert on_demand.images.nbytes == kept.images.nbytes
    assert on_demand.split_digests() == kept.split_digests()
    assert cache.exists()
    assert not shelf.cache.exists()


def test_an_image_that_has_changed_since_it_was_checked_is_not_decoded_on_demand(shelf: Shelf):
    shelf.settings["cache"] = "none"
    data = shelf.prepare()
    Image.new("RGB", (5, 6)).save(shelf.images / "007.png")
    with pytest.raises(DataError, match=r"007\.png: has changed since it was checked; run again$"):
        data.images[np.array([3, 7])]
    (shelf.images / "007.png").unlink()
    with pytest.raises(DataError, match=r"007\.png: cannot be read: No such file"):
        data.images[np.array([3, 7])]


def test_the_fingerprint_is_asked_for_once_while_the_files_stay_as_they_are(shelf: Shelf):
    wait_until_not_racy(shelf)
    first, again = shelf.source(), shelf.source()
    assert shelf.prepare(first).fingerprint == shelf.prepare(again).fingerprint
    assert (first.fingerprints, again.fingerprints) == (1, 0)


def test_a_file_that_was_written_just_now_proves_nothing_by_its_time(shelf: Shelf):
    Image.new("RGB", (5, 6), "red").save(shelf.images / "003.png")
    first, again = shelf.source(), shelf.source()
    shelf.prepare(first)
    shelf.prepare(again)
    assert (first.fingerprints, again.fingerprints) == (1, 1)


def test_a_changed_image_of_the_same_size_and_time_is_noticed(shelf: Shelf):
    wait_until_not_racy(shelf)
    before = shelf.prepare()
    file = shelf.images / "007.png"
    Image.new("RGB", (5, 6), "red").save(other := shelf.images.parent / "red.bmp")
    status = file.stat()
    file.write_bytes(other.read_bytes())
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = shelf.prepare()
    assert before.fingerprint != after.fingerprint
    assert after.images[7].tolist() == [[[255, 0, 0]] * 4] * 4
    np.testing.assert_array_equal(np.delete(before.images, 7, 0), np.delete(after.images, 7, 0))


def test_what_differs_is_kept_apart(shelf: Shelf):
    shelf.prepare()
    shelf.settings["size"] = (3, 5)
    assert shelf.prepare().image_shape == (3, 5, 3)
    shelf.settings["interpolation"] = "nearest"
    shelf.prepare()
    other_code = shelf.source()
    shelf.prepare(other_code, maker=Maker(code="another version of the plugin"))
    assert len(other_code.reads) == 100
    other_params = shelf.source()
    shelf.prepare(other_params, maker=Maker(params="which may read something else from the same files"))
    assert other_params.fingerprints == 1
    assert len(shelf.stores()) == 4


def test_bad_images_are_told_again_without_reading_them_again(shelf: Shelf):
    (shelf.images / "007.png").write_bytes(b"GIF?")
    (shelf.images / "050.png").write_bytes(b"")
    told = []
    for source in (shelf.source(), again := shelf.source()):
        with pytest.raises(DataError) as caught:
            shelf.prepare(source)
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert "007.png: " in told[0]
    assert "050.png: " in told[0]
    assert again.reads == [7, 50]  # where they are, not what


def test_a_file_that_changes_while_it_is_read_is_named_and_nothing_is_kept(shelf: Shelf):
    def change(done: int, _total: int) -> None:
        if done == 100:
            (shelf.images / "011.png").write_bytes((shelf.images / "012.png").read_bytes())

    with pytest.raises(DataError, match=r"(?s)^1 files? changed while .* read:\n  .*011\.png\nRun again\.$"):
        shelf.prepare(progress=change)
    assert shelf.stores() == []


def test_what_is_left_after_an_error_is_finished_next_time(shelf: Shelf):
    class Failing(Files):
        def read(self, index: int) -> Path:
            if index == 70:
                raise KeyError("a mistake in the plugin")
            return super().read(index)

    with pytest.raises(KeyError):
        shelf.prepare(Failing(shelf.images))
    assert [name.endswith(".making") for name in shelf.stores()] == [True]
    source = shelf.source()
    np.testing.assert_array_equal(shelf.prepare(source).images, shelf.prepare(cache=None).images[np.arange(100)])
    assert 0 < len(source.reads) < 100
    assert {64 + place for place in range(32)} <= set(source.reads)
    assert [name.endswith(".making") for name in shelf.stores()] == [False]


def test_blocks_that_did_not_reach_the_disk_are_read_again(shelf: Shelf):
    expected = np.array(shelf.prepare().images)
    name = shelf.stores()[0]
    making = (shelf.cache / name).rename(shelf.cache / f"{name}.making")
    with (making / "images.npy").open("r+b") as stream:  # after the power went, some pages are zeros
        stream.seek(-100, os.SEEK_END)
        stream.write(bytes(50))
    source = shelf.source()
    np.testing.assert_array_equal(shelf.prepare(source).images, expected)
    assert sorted(source.reads) == [96, 97, 98, 99]


@pytest.mark.parametrize(
    "damage", ["cut", "no about.json", "another about.json", "no facts", "facts of nothing", "other images"]
)
def test_a_damaged_store_is_made_again(shelf: Shelf, damage: str):
    expected = np.array(shelf.prepare().images)
    folder = shelf.cache / shelf.stores()[0]
    match damage:
        case "cut":
            os.truncate(folder / "images.npy", 1000)
        case "no about.json":
            (folder / "about.json").unlink()
        case "another about.json":
            (folder / "about.json").write_text("[]")
        case "facts of nothing":
            np.save(folder / "facts.npy", np.zeros_like(np.load(folder / "facts.npy")))
        case "other images":
            np.save(folder / "images.npy", np.zeros((3, 4, 4, 3), np.uint8))
        case "no facts":
            (folder / "facts.npy").write_bytes(b"")
    np.testing.assert_array_equal(shelf.prepare().images, expected)
    assert len(shelf.stores()) == 1


def test_a_disk_without_room_is_told_before_anything_is_read(shelf: Shelf):
    shelf.settings["size"] = (8192, 8192)
    draw(shelf.images, 4000)
    source = shelf.source()
    with pytest.raises(StorageError) as caught:
        shelf.prepare(source)
    assert f"{shelf.cache}: the prepared images need 805.3 GB, and " in str(caught.value)
    assert 'choose a smaller images.size, another folder (--cache-dir), or images.cache = "none"' in str(caught.value)
    assert source.reads == []


def test_a_cache_that_cannot_be_written_is_told(shelf: Shelf):
    shelf.cache.write_text("in the way")
    with pytest.raises(StorageError, match=r"cache.*: .*--cache-dir") as caught:
        shelf.prepare()
    assert caught.value.exit_code == 5


PROGRAM = """
import os, resource, signal, sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_stored import Files, Shelf

class Watched(Files):
    def read(self, index):
        with open({log!r}, "a") as log:
            log.write(f"{{os.getpid()}} {{index}}\\n")
        {act}
        return super().read(index)

data = Shelf(Path({images!r}), Path({cache!r})).prepare(Watched(Path({images!r})), waiting=lambda: print("waiting"))
print(int(data.images.sum()))
"""


def start(shelf: Shelf, log: Path, *, act: str = "pass", before: str = "") -> subprocess.Popen[str]:
    """Start a process that prepares the images and does something at each."""
    program = before + PROGRAM.format(
        tests=str(Path(__file__).parent), log=str(log), images=str(shelf.images), cache=str(shelf.cache), act=act
    )
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_do_the_work_once(shelf: Shelf, tmp_path: Path):
    log = tmp_path / "log"
    processes = [start(shelf, log, act="time.sleep(0.02)") for _ in range(2)]
    told = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    reads = [line.split() for line in log.read_text().splitlines()]
    assert len({pid for pid, _ in reads}) == 1
    assert sorted(int(row) for _, row in reads) == list(range(100))
    words = sorted(line for out, _ in told for line in out.splitlines())
    assert words == sorted(["waiting", *[str(int(shelf.prepare().images.sum()))] * 2])


def test_a_process_that_was_killed_leaves_nothing_in_use_and_little_to_do(shelf: Shelf, tmp_path: Path):
    log = tmp_path / "log"
    killed = start(shelf, log, act="index == 90 and (time.sleep(0.5), os.kill(os.getpid(), signal.SIGKILL))")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert [name.endswith(".making") for name in shelf.stores()] == [True]
    source = shelf.source()
    np.testing.assert_array_equal(shelf.prepare(source).images, shelf.prepare(cache=None).images[np.arange(100)])
    assert 0 < len(source.reads) < 100


def test_a_disk_that_is_full_is_told_and_leaves_nothing_in_use(shelf: Shelf, tmp_path: Path):
    limit = "import resource, signal\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
    full = start(shelf, tmp_path / "log", before=limit + "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n")
    _, error = full.communicate(timeout=60)
    assert "StorageError" in error
    assert "prepared images cannot be kept here: File too large" in error
    assert not [name for name in shelf.stores() if not name.endswith(".making")]
    assert len(shelf.prepare().images) == 100


def test_a_store_that_may_only_be_read_is_used(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.prepare()

    def refuse(*_: object) -> None:  # of another user's file, or on a disk that is read only
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "utime", refuse)
    source = shelf.source()
    shelf.prepare(source)
    assert source.reads == []


def test_bad_images_are_named_where_they_are_now(shelf: Shelf):
    (shelf.images / "007.png").write_bytes(b"GIF?")
    with pytest.raises(DataError):
        shelf.prepare()
    moved = Shelf(shelf.images.rename(shelf.images.with_name("moved")), shelf.cache)
    with pytest.raises(DataError) as caught:
        moved.prepare()
    assert str(moved.images / "007.png") in str(caught.value)
    assert str(shelf.images) + "/" not in str(caught.value)


def test_images_on_demand_are_chosen_as_those_of_an_array(shelf: Shelf):
    kept = shelf.prepare()
    on_demand = shelf.prepare(cache=None)
    for rows in (kept.labels == 1, slice(5), np.array([-1, 0]), [3, 3]):
        np.testing.assert_array_equal(on_demand.images[rows], kept.images[rows], strict=True)
    with pytest.raises(IndexError):
        on_demand.images[np.array([100])]
