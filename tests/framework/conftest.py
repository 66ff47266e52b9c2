"""Distributions that are installed for one test: a folder on ``sys.path`` with modules and ``.dist-info`` in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

Install: TypeAlias = Callable[..., None]


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
