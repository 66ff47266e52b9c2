"""What is shipped: a wheel made from the source distribution, installed somewhere else, works as the checkout does."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from command import Command

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Shipped:
    """The two archives, and an environment that the wheel is installed in.

    Attributes:
        wheel: The names of the files in the wheel.
        source: Those in the source distribution, without its top folder.
        site: The folder that the wheel was installed into.
        python: The interpreter that imports it from there.
    """

    wheel: frozenset[str]
    source: frozenset[str]
    site: Path
    python: Path


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """Build both archives without a network, the wheel from the source distribution, and install the wheel."""
    folder = tmp_path_factory.mktemp("shipped")
    succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    (source,) = (folder / "dist").glob("*.tar.gz")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    places = {"base": str(environment), "platbase": str(environment)}
    site = Path(sysconfig.get_path("purelib", vars=places))
    python = Path(sysconfig.get_path("scripts", vars=places)) / "python"
    succeed(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    # Everything else comes from the environment of these tests. The folders in a .pth file go behind the environment's
    # own, and .pth files in them, such as the one of an editable sightkit, are not followed.
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "others.pth").write_text("".join(f"{other}\n" for other in sorted(others)))
    with zipfile.ZipFile(wheel) as files:
        in_wheel = frozenset(files.namelist())
    with tarfile.open(source) as archive:
        in_source = frozenset(name.partition("/")[2] for name in archive.getnames())
    return Shipped(in_wheel, in_source, site, python)


def succeed(*words: str | Path) -> str:
    """Run a command that must succeed and return what it printed."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def modules(folder: Path) -> set[str]:
    """Return the Python files below a folder, as the wheel names them."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


def printed(sightkit: Command, *words: str, python: Path | str) -> Any:
    """Return the JSON that a command prints, without the places where its files are."""
    outcome = sightkit(*words, "--json", python=str(python))
    assert outcome.code == 0, outcome.err
    rows = json.loads(outcome.out)
    places = {"path", "import_seconds"}
    return [{key: value for key, value in row.items() if key not in places} for row in rows]


def test_the_wheel_holds_both_packages_and_nothing_else(shipped: Shipped) -> None:
    assert {name.partition("/")[0] for name in shipped.wheel} == {
        "sightkit",
        "sightkit_plugins",
        next(name.partition("/")[0] for name in shipped.wheel if ".dist-info/" in name),
    }
    python_files = {name for name in shipped.wheel if name.endswith(".py")}
    assert python_files == modules(ROOT / "framework") | modules(ROOT / "plugins")
    recipes = {f"sightkit_plugins/recipes/{path.name}" for path in (ROOT / "plugins").rglob("recipes/*.toml")}
    assert recipes
    assert shipped.wheel >= recipes | {"sightkit/registry.toml", "sightkit/py.typed"}
    templates = {path.relative_to(ROOT / "plugins").as_posix() for path in (ROOT / "plugins").rglob("templates/*.*")}
    assert templates
    assert shipped.wheel >= templates
    assert any(name.endswith("/licenses/LICENSE") for name in shipped.wheel)


def test_the_source_distribution_holds_what_the_tests_and_the_docs_need(shipped: Shipped) -> None:
    top = {"pyproject.toml", "registry.toml", "mkdocs.yml", "README.md", "LICENSE"}
    assert shipped.source >= {*top, "docs/index.md", "docs/mkdocs_hooks.py", "tests/test_distribution.py"}
    assert not [name for name in shipped.source if "__pycache__" in name or name.startswith((".venv", "runs", "site/"))]


def test_the_installed_wheel_is_what_runs(shipped: Shipped, tmp_path: Path) -> None:
    command = "import sightkit, sightkit_plugins; print(sightkit.__file__); print(sightkit_plugins.__file__)"
    files = succeed(shipped.python, "-c", command).split()
    assert [Path(file).parents[1] for file in files] == [shipped.site, shipped.site]
    assert (shipped.site / "sightkit" / "registry.toml").read_bytes() == (ROOT / "registry.toml").read_bytes()


@pytest.mark.parametrize("words", [("plugins", "list"), ("components",), ("recipes",)])
def test_the_installed_wheel_offers_what_the_checkout_offers(
    shipped: Shipped, sightkit: Command, words: tuple[str, ...]
) -> None:
    offered = printed(sightkit, *words, python=shipped.python)
    assert offered
    assert offered == printed(sightkit, *words, python=sys.executable)


def test_the_installed_wheel_checks_a_recipe(shipped: Shipped, sightkit: Command) -> None:
    outcome = sightkit("check", "digits", python=str(shipped.python))
    assert (outcome.code, outcome.err) == (0, "")


def test_the_installed_script_is_the_command_line(shipped: Shipped) -> None:
    script = shipped.python.with_name("sightkit")
    assert succeed(script, "--version") == succeed(sys.executable, "-m", "sightkit", "--version")
