"""What many tests need: the real command line in a process of its own, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from command import Command, Outcome
from environments import home_at

# Whoever follows the README gets the same examples every time, and a slow machine fails nothing.
# `pytest --hypothesis-profile=default` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prepared images that tests in this process make are kept together, away from those of whoever runs the tests."""
    monkeypatch.setenv("SIGHTKIT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home with nothing in it, so that the registry and the trust of whoever runs the tests don't count."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in list(os.environ):
        if name.startswith(("SIGHTKIT_", "XDG_")):
            monkeypatch.delenv(name)
    for name, value in home_at(folder).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def sightkit(home: Path, tmp_path: Path) -> Command:
    """The command line: ``sightkit("check", "flowers.toml", cwd=..., env=...)``, in a new process.

    It starts in ``tmp_path / "work"`` unless told otherwise; ``python`` names another interpreter, ``module`` another
    program, such as pip.
    """
    work = tmp_path / "work"
    work.mkdir()

    def run(
        *words: str | Path,
        cwd: Path = work,
        env: Mapping[str, str] | None = None,
        python: str = sys.executable,
        module: str = "sightkit",
    ) -> Outcome:
        done = subprocess.run(
            [python, "-m", module, *map(str, words)],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def work(sightkit: Command, tmp_path: Path) -> Path:
    """The folder that the command line starts in."""
    return tmp_path / "work"
