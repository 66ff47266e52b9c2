"""A new plugin distribution: it works, before anybody has changed a line of it."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from command import Command
from environments import install_beside
from sightkit import Architecture, ConfigError, Dataset, Registry, load
from sightkit.cli.plugin_new import KINDS_HELP
from sightkit.component import KINDS
from sightkit.scaffold.write import write_plugin

ALL = list(KINDS.values())


def write(folder: Path, *, kinds=ALL) -> Path:
    write_plugin("acme-vision", kinds=kinds, folder=folder / "acme-vision")
    return folder / "acme-vision"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.kind)
def test_a_plugin_of_one_kind_offers_one_component_and_its_experiment_is_valid(kind, tmp_path):
    folder = write(tmp_path, kinds=[kind])
    listed = tmp_path / "registry.toml"
    listed.write_text('api = 1\n[plugins.acme-vision]\npath = "acme-vision/acme_vision"\n')
    registry = Registry(extra=[listed])
    (record,) = (each for each in registry.plugins if each.name == "acme-vision")
    assert (record.status, record.notes, record.reason) == ("loaded", (), "")
    ((kind_of_it, (component,)),) = ((of, found) for of, found in record.components.items() if found)
    assert kind_of_it == kind.kind
    load(folder / "acme-vision.toml", registry=registry).check()
    readme = (folder / "README.md").read_text()
    assert f"| {kind.kind} | `{component.name}` |" in readme


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A distribution with a component of each kind."""
    return write(tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="module")
def python(whole: Path, tmp_path_factory) -> str:
    """The interpreter of an environment that it is installed in, as its README says."""
    return install_beside(tmp_path_factory.mktemp("environment") / "venv", whole, editable=True)


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL
    )


def test_lint_and_format_have_nothing_to_say(python, whole):
    for words in (["check", "."], ["format", "--check", "."]):
        done = run(python, "-m", "ruff", *words, "--no-cache", folder=whole)
        assert done.returncode == 0, done.stdout


def test_its_types_are_strict(python, whole, tmp_path):
    done = run(python, "-m", "mypy", "--cache-dir", str(tmp_path), folder=whole)
    assert done.returncode == 0, done.stdout


def test_its_own_tests_pass(python, whole, home):
    done = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=whole)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_installing_it_makes_it_appear_and_its_experiment_runs(sightkit: Command, python, whole, work):
    # In its own folder, which an editable installation puts on sys.path, and sightkit takes off where nobody did.
    listed = json.loads(sightkit("plugins", "show", "acme-vision", "--json", python=python, cwd=whole).out)
    assert (listed["status"], listed["distribution"]) == ("loaded", "acme-vision")
    assert set(listed["components"]) == set(KINDS)
    done = sightkit("run", "acme-vision.toml", "--json", "--runs-dir", work, python=python, cwd=whole)
    assert done.code == 0, done.err
    assert not done.err
    result = json.loads(done.out)
    assert result["scores"]["test"]["geometric-mean"]["value"] > 0.6
    path = Path(result["run"])
    assert (path / "milestones.txt").read_text().startswith("accuracy 0.5: epoch ")
    assert len(json.loads((path / "reports" / "uncertain-test.json").read_text())) == 20
    used = json.loads((path / "manifest.json").read_text())["components"]
    assert {each["kind"] for each in used if each["origin"] == "acme-vision 0.1.0"} == set(KINDS)


def test_it_can_be_checked_before_it_is_installed(sightkit: Command, tmp_path):
    folder = write(tmp_path, kinds=[KINDS["schedule"]])
    done = sightkit("plugins", "check", folder / "acme_vision")
    assert done.code == 0, done.out + done.err
    assert "acme-vision/triangle" in done.out


def test_the_command_writes_what_was_asked_for_and_says_what_comes_next(sightkit: Command, work):
    done = sightkit(
        "plugins", "new", "acme-vision", "--kinds", "architecture, datasets", "--kinds", "dataset", "-o", "my plugin"
    )
    assert (done.code, done.err) == (0, "")
    written, _, steps = done.out.partition("\n\n")
    files = sorted(path for path in (work / "my plugin").rglob("*") if path.is_file())
    assert sorted(written.splitlines()) == [str(path.relative_to(work)) for path in files]
    assert {path.name for path in (work / "my plugin" / "acme_vision").iterdir()} == {
        "__init__.py",
        "py.typed",
        "shapes.py",
        "small_cnn.py",
    }
    assert "  pip install -e 'my plugin[dev]'\n" in steps
    assert "  sightkit run 'my plugin/acme-vision.toml'\n" in steps
    project = tomllib.loads((work / "my plugin" / "pyproject.toml").read_text())["project"]
    assert project["entry-points"] == {"sightkit.plugins": {"acme-vision": "acme_vision"}}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Acme Vision!"], "'Acme Vision!' cannot be a plugin's name: expected a name of at most 60 lower-case"),
        (["adam"], "adam: there is a plugin of this name already (sightkit plugins show adam); choose another one"),
        (["acme", "--kinds", "metric,datset"], 'datset: no such kind of component; did you mean "dataset"?'),
        (["acme", "--kinds", ""], "--kinds: expected kinds of components, separated by commas; found none"),
        (["taken"], "taken: expected a folder that is not there yet; choose another one (--output), or remove it"),
        (["acme", "-o", "file/in/it"], "file/in/it: cannot be written: Not a directory"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(words, said, sightkit: Command, work):
    (work / "taken").symlink_to("nowhere")
    (work / "file").touch()
    done = sightkit("plugins", "new", *words)
    assert done.code in {2, 5}
    assert done.err.startswith(f"error: {said}")
    assert {path.name for path in work.iterdir()} == {"taken", "file"}


def test_the_help_names_every_kind():
    assert KINDS_HELP.rstrip(".").partition(": ")[2].split(", ") == list(KINDS)


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / "acme-vision").mkdir()
    with pytest.raises(ConfigError, match="acme-vision: expected a folder that is not there yet"):
        write(tmp_path, kinds=[Dataset, Architecture])
    assert not list((tmp_path / "acme-vision").iterdir())
