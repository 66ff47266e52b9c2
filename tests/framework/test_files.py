"""Files that are replaced in one step: a reader finds the old one or the new one, whatever happens."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sightkit import StorageError
from sightkit.files import replacing, write_json, write_text


def test_a_file_is_there_when_it_is_complete(tmp_path: Path):
    path = tmp_path / "a.txt"
    with replacing(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_happens_the_old_file_stays_and_nothing_else(error, tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as file:
            file.write(b"new")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_that_has_the_old_file_open_keeps_it(tmp_path: Path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with path.open() as reader:
        write_text(path, "new and longer")
        assert reader.read() == "old"
    assert path.read_text() == "new and longer"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none/a.txt", "No such file or directory"), ("file/a.txt", "Not a directory"), ("folder", "directory")],
)
def test_what_cannot_be_written_is_named(name, reason, tmp_path: Path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError) as caught:
        write_text(tmp_path / name, "x")
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot be written: ")
    assert reason in str(caught.value)
    assert caught.value.exit_code == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as file:
            full = os.open("/dev/full", os.O_WRONLY)
            os.dup2(full, file.fileno())
            os.close(full)
            file.write(b"x" * 10**6)

    with pytest.raises(StorageError, match=r"a\.txt: cannot be written: No space left on device"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_text_is_utf8_and_what_is_no_text_is_escaped(tmp_path: Path):
    write_text(tmp_path / "a.txt", "é日\udcff\n")
    assert (tmp_path / "a.txt").read_bytes() == "é日\\udcff\n".encode()


def test_a_document_is_json_that_ends_its_last_line(tmp_path: Path):
    write_json(tmp_path / "a.json", {"é": [1, None, "日"]})
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text) == {"é": [1, None, "日"]}
    assert text.endswith("}\n")


def test_what_json_has_no_word_for_is_never_written(tmp_path: Path):
    write_json(tmp_path / "a.json", {"old": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"value": float("nan")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": 1}
