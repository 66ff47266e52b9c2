"""The data of an experiment: what cannot be read is told with its path, whichever plugin tried."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

import sightkit

READER = '''
from pathlib import Path
from sightkit import Dataset, Params, hookimpl

class ReaderParams(Params):
    """Where."""

    path: Path

def build(params, task):
    if params.path.name == "nameless":
        raise OSError("no name")
    params.path.read_bytes()

@hookimpl
def sightkit_datasets():
    return [Dataset(name="reader", summary="Reads.", params=ReaderParams, build=build)]
'''


def prepare(dataset: dict[str, Any], folder: Path) -> None:
    """Read the images of a dataset, which may be that of the plugin above."""
    (folder / "reader.py").write_text(f"# {folder}\n{READER}")
    (folder / "registry.toml").write_text('api = 1\n[plugins.reader]\npath = "reader.py"\n')
    registry = sightkit.Registry(extra=[folder / "registry.toml"])
    sightkit.load({"dataset": dataset}, registry=registry).prepare(cache_dir=folder / "cache")


def test_a_file_that_a_dataset_cannot_open_is_the_datas_fault_not_the_plugins(tmp_path: Path):
    path = tmp_path / "gone"
    with pytest.raises(sightkit.DataError, match=f"^{path}: cannot be read: No such file or directory$"):
        prepare({"use": "reader", "path": str(path)}, tmp_path)


@pytest.mark.parametrize("use", ["idx", "image-folder"])
def test_a_path_that_no_system_takes_is_the_datas_fault(tmp_path: Path, use: str):
    with pytest.raises(sightkit.DataError, match=r"x{300}"):
        prepare({"use": use, "path": str(tmp_path / ("x" * 300))}, tmp_path)


def test_an_error_that_concerns_no_file_stays_the_plugins(tmp_path: Path):
    with pytest.raises(sightkit.PluginError, match=r'dataset "reader" .* failed while it was built: OSError: no name'):
        prepare({"use": "reader", "path": str(tmp_path / "nameless")}, tmp_path)


def test_what_is_wrong_with_the_table_of_a_dataset_is_told_with_its_path(tmp_path: Path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 0x803, 3, 2, 2) + bytes(12))
    (folder / "train-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, 3) + bytes(3))
    with pytest.raises(sightkit.DataError, match=f"^{folder}: expected at least two classes"):
        prepare({"use": "idx", "path": str(folder)}, tmp_path)
