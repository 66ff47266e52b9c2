"""The data of an experiment: what cannot be read is told with its path, whichever plugin tried."""

from __future__ import annotations

import struct
import time
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


SHADES = """
from pathlib import Path
import numpy as np
from sightkit import Dataset, ImageSource, Params, Samples, hookimpl
from .shade import SHADE

class ShadesParams(Params):
    shade: int = 0
    files: bool = True

class Shades(ImageSource):
    classes = ("cat", "dog")
    image_shape = (4, 4, 1)

    def __init__(self, shade, files):
        self.samples = Samples(ids=[str(row) for row in range(20)], labels=np.arange(20) % 2)
        self.files = files
        self.shade = shade

    def read(self, index):
        pixels = np.full((4, 4), self.shade, np.uint8)
        pixels[0, 0] = index
        return pixels

def build(params, task):
    return Shades(SHADE + params.shade + task.seed, [Path(__file__).with_name("old")] if params.files else [])

@hookimpl
def sightkit_datasets():
    return [Dataset(name="shades", summary="Grey.", params=ShadesParams, build=build)]
"""


def test_what_is_remembered_is_forgotten_when_code_params_or_seed_change(tmp_path: Path):
    package = tmp_path / "shades"
    package.mkdir()
    (package / "__init__.py").write_text(SHADES)
    (package / "shade.py").write_text("SHADE = 10")
    (package / "old").write_text("as it was for long")
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.shades]\npath = "shades"\n')
    time.sleep(2.1)  # younger files are not trusted

    def shade(seed: int = 0, **params: Any) -> int:
        registry = sightkit.Registry(extra=[tmp_path / "registry.toml"])
        values = {"seed": seed, "dataset": {"use": "shades", **params}}
        return int(sightkit.load(values, registry=registry).prepare(cache_dir=tmp_path / "cache").images[0, 3, 3, 0])

    assert [shade(), shade(), shade(seed=50), shade(shade=7)] == [10, 10, 60, 17]
    assert [shade(files=False), shade(files=False, seed=1)] == [10, 11]
    (package / "shade.py").write_text("SHADE = 20")
    assert shade() == 20


def test_what_is_no_source_of_images_is_told_as_the_plugins(tmp_path: Path):
    (tmp_path / "odd.py").write_text(READER.replace("params.path.read_bytes()", "return []"))
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.odd]\npath = "odd.py"\n')
    registry = sightkit.Registry(extra=[tmp_path / "registry.toml"])
    with pytest.raises(sightkit.PluginError, match=r"it built list; expected a sightkit\.ImageSource"):
        sightkit.load({"dataset": {"use": "reader", "path": "x"}}, registry=registry).prepare()
    with pytest.raises(sightkit.ConfigError, match=r"dataset: expected a sightkit\.ImageSource.* found list"):
        sightkit.load({}, dataset=[])
