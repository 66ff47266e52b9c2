"""What many tests need: the real command line in a process of its own, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from command import Command, Outcome
from environments import home_at
from warm_shell import WarmShell, warm_shell

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


def command_line(*program: str, folder: Path) -> Command:
    """Return what runs a program in a folder that is made for it."""
    folder.mkdir(exist_ok=True)

    def run(
        *words: str | Path,
        cwd: Path = folder,
        env: Mapping[str, str] | None = None,
        python: str = "",
        module: str = "sightkit",
    ) -> Outcome:
        started = [python or sys.executable, "-m", module] if python or module != "sightkit" else program
        done = subprocess.run(
            [*started, *map(str, words)],
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


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmShell]:
    """A shell in which ``sightkit`` is answered by a process that goes on."""
    with warm_shell(tmp_path_factory.mktemp("warm")) as started:
        yield started


@pytest.fixture
def cold_sightkit(home: Path, tmp_path: Path) -> Command:
    """The command line in a process of its own, also where the other tests of a file have a warm one."""
    return command_line(sys.executable, "-m", "sightkit", folder=tmp_path / "work")


@pytest.fixture
def sightkit(request: pytest.FixtureRequest, cold_sightkit: Command, tmp_path: Path) -> Command:
    """The command line: ``sightkit("check", "flowers.toml", cwd=..., env=...)``.

    It starts in ``tmp_path / "work"`` unless told otherwise; ``python`` names another interpreter, ``module`` another
    program, such as pip.

    In tests that are marked as ``warm`` it is answered by a process that has obeyed other commands before, and imported
    TensorFlow for them. That is for what is not about the start of a process, nor about a setting of a whole process.
    """
    if not request.node.get_closest_marker("warm"):
        return cold_sightkit
    shell = request.getfixturevalue("shell")
    return command_line(str(shell.program), folder=tmp_path / "work")


@pytest.fixture
def work(home: Path, tmp_path: Path) -> Path:
    """The folder that the command line starts in."""
    (tmp_path / "work").mkdir(exist_ok=True)
    return tmp_path / "work"
