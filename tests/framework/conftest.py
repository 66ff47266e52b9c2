"""Distributions that are installed for one test, and a run on pictures that many tests ask something of."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from PIL import Image

import sightkit

Install: TypeAlias = Callable[..., None]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 150 pictures in three classes: JPEG and PNG, grey and colour, of many sizes."""
    folder = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(0)
    for number in range(150):
        name = ("bright", "dark", "dim")[number % 3]
        shape = (*generator.integers(10, 40, 2), 3)[: 3 if number % 5 else 2]
        low = {"bright": 150, "dark": 0, "dim": 70}[name]
        image = Image.fromarray(generator.integers(low, low + 100, shape, dtype=np.uint8))
        path = folder / name / f"{number:03}.{'png' if number % 4 else 'jpg'}"
        path.parent.mkdir(exist_ok=True)
        image.save(path)
    return folder


@pytest.fixture(scope="session")
def finished(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> sightkit.Run:
    """A run on the pictures, at 12 x 16 pixels."""
    folder = tmp_path_factory.mktemp("finished")
    values = {
        "name": "pictures",
        "dataset": {"use": "image-folder", "path": str(pictures)},
        "split": {"test": 0.4},
        "images": {"size": [12, 16], "interpolation": "bicubic"},
        "architecture": {"use": "basic-cnn", "filters": [4, 8]},
        "training": {"epochs": 2, "batch_size": 16},
        "calibration": {"use": "temperature"},
        "reports": [],
    }
    return sightkit.load(values).run(runs_dir=folder, cache_dir=folder / "cache")


@pytest.fixture
def site(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path``, here and in the processes that the test starts; its modules are forgotten after it."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))
    yield folder
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(folder)):
            del sys.modules[name]


@pytest.fixture
def install(site: Path) -> Install:
    """Install a distribution: ``install("acme", {"vision": source})`` makes the plugin ``vision`` of ``acme 1.0``."""

    def install(
        distribution: str, plugins: Mapping[str, str], *, version: str = "1.0", lines: tuple[str, ...] = ()
    ) -> None:
        entries = ["[sightkit.plugins]", *lines]
        for name, source in plugins.items():
            module = f"{distribution}_{name}".replace("-", "_").replace(".", "_")
            (site / f"{module}.py").write_text(source)
            entries.append(f"{name} = {module}")
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text("\n".join(entries) + "\n")

    return install
