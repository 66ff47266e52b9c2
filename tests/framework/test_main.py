"""The command line's way in: nothing that lies in the working directory is imported."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from environments import environment_beside
from plugin_source import metric_plugin

SHADOWED = ("typer", "pluggy", "keras", "rich", "pydantic", "tomllib", "sightkit_plugins", "click", "packaging")
SCRIPT = Path(sys.executable).with_name("sightkit")


@pytest.fixture
def trap(home: Path, tmp_path: Path) -> Path:
    """A stranger's folder, full of modules with the names of libraries, and an installed plugin by the look of it."""
    folder = tmp_path / "trap"
    folder.mkdir()
    for name in (*SHADOWED, "evil"):
        spring = f"open({str(tmp_path / 'canary')!r}, 'a').write({name!r})\n"
        (folder / f"{name}.py").write_text(spring + (metric_plugin("caught") if name == "evil" else ""))
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text((folder / f"{name}.py").read_text())
    info = folder / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[sightkit.plugins]\nevil = evil\n")
    return folder


def sightkit(words: list[str], *, cwd: Path, pythonpath: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of sightkit's."""
    env = {**os.environ} if pythonpath is None else {**os.environ, "PYTHONPATH": pythonpath}
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)


WAYS_IN = {
    "python -m": ([sys.executable, "-m", "sightkit"], None),
    "the script": ([str(SCRIPT)], None),
    "an empty entry of PYTHONPATH": ([str(SCRIPT)], os.pathsep),
    "a dot in PYTHONPATH": ([sys.executable, "-m", "sightkit"], f".{os.pathsep}./."),
    "the folder itself in PYTHONPATH": ([str(SCRIPT)], "{folder}"),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_nothing_in_the_working_directory_is_imported(way, trap, tmp_path) -> None:
    words, pythonpath = WAYS_IN[way]
    if not Path(words[0]).exists():
        pytest.skip("the script is not installed")
    pythonpath = pythonpath and pythonpath.format(folder=trap)
    done = sightkit([*words, "plugins", "list"], cwd=trap, pythonpath=pythonpath)
    assert done.returncode == 0, done.stderr
    assert "evil" not in done.stdout
    assert "accuracy" in done.stdout
    assert not (tmp_path / "canary").exists(), (tmp_path / "canary").read_text()


def test_the_trap_would_spring_for_a_program_that_takes_no_care(trap, tmp_path) -> None:
    done = sightkit([sys.executable, "-c", "import typer, pluggy, sightkit_plugins"], cwd=trap)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "canary").read_text() == "typerpluggysightkit_plugins"


def test_a_matplotlibrc_in_the_working_directory_runs_nothing(home, tmp_path) -> None:
    # As matplotlib 3.10.8 would: it evaluated what stands here, and a running generator knows its caller's builtins.
    canary = f"g.gi_frame.f_back.f_back.f_builtins['open']({str(tmp_path / 'canary')!r}, 'w')"
    (tmp_path / "matplotlibrc").write_text(f"axes.prop_cycle: [0, *(g := ({canary} for x in (1,)))][0]\n")
    done = sightkit([sys.executable, "-c", "import matplotlib.style"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "canary").exists()


def test_a_folder_that_was_installed_is_there_for_those_who_work_in_it(trap, tmp_path) -> None:
    python = environment_beside(tmp_path / "environment")
    (packages,) = (tmp_path / "environment").glob("[Ll]ib/**/site-packages")
    (packages / "what_pip_writes_for_an_editable_one.pth").write_text(f"{trap}\n")
    done = sightkit([python, "-m", "sightkit", "plugins", "list"], cwd=trap)
    assert re.search(r"^evil +loaded +installed +evil 1\.0 +metric caught$", done.stdout, re.MULTILINE), done.stdout
    assert (tmp_path / "canary").read_text() == "evil"


def test_plugins_that_are_really_installed_load_beside_the_trap(trap, install) -> None:
    install("acme", {"vision": metric_plugin("iou")})
    done = sightkit([sys.executable, "-m", "sightkit", "components", "metrics"], cwd=trap)
    assert done.returncode == 0, done.stderr
    assert "iou" in done.stdout
    assert "caught" not in done.stdout


def test_a_working_directory_that_is_gone_is_no_traceback(home, tmp_path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    words = f"rmdir {folder}; exec {sys.executable} -m sightkit --help"
    done = sightkit(["sh", "-c", words], cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize("command", ["plugins list", "check digits"])
def test_garbage_is_collected_again_when_the_plugins_are_loaded(command, home, tmp_path) -> None:
    program = (
        "import atexit, gc, sys; from sightkit.__main__ import main; sys.argv[0] = 'sightkit'\n"
        "atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 0, file=sys.stderr))\nmain()"
    )
    done = sightkit([sys.executable, "-c", program, *command.split()], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.split() == ["True", "True"]


def test_from_python_the_collection_of_garbage_stays_as_it_was(home, tmp_path) -> None:
    program = (
        "import gc, sightkit; sightkit.load({'dataset': {'use': 'digits'}}).check(); "
        "print(gc.isenabled(), gc.get_freeze_count())"
    )
    done = sightkit([sys.executable, "-c", program], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "0"]
