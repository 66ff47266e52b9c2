"""Which projects' code may run: those that the user has trusted, as they were then."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import sightkit
from plugin_source import metric_plugin
from sightkit.registry import trust
from sightkit.registry.trust import Project, open_trusted


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    """A project with a package and a single file as plugins, which leave a canary when they run."""
    folder = tmp_path / "project"
    (folder / "pack" / "deep").mkdir(parents=True)
    (folder / "registry.toml").write_text(
        'api = 1\n[plugins.single]\npath = "single.py"\n[plugins.pack]\npath = "pack"\n'
    )
    canary = f"open({str(tmp_path / 'canary')!r}, 'w').close()"
    (folder / "single.py").write_text(metric_plugin("alone", first=canary))
    (folder / "pack" / "__init__.py").write_text("from .deep.inner import sightkit_metrics\n")
    (folder / "pack" / "deep" / "__init__.py").write_text("")
    (folder / "pack" / "deep" / "inner.py").write_text(metric_plugin("together", first=canary))
    return folder


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """What is there once the project's code has run."""
    return tmp_path / "canary"


@pytest.fixture
def registry(folder: Path) -> Path:
    """The project's registry.toml."""
    return folder / "registry.toml"


def append(file: Path, text: str = "\n") -> None:
    """Add to a file."""
    file.write_text(file.read_text() + text)


def load(registry: Path) -> None:
    """Load all plugins of a project if it counts."""
    project = open_trusted(registry)
    if isinstance(project, Project):
        _ = sightkit.Registry(project=project).plugins


def test_a_project_does_not_count_until_it_is_trusted(registry, canary) -> None:
    assert open_trusted(registry) == "it is not trusted yet"
    trust.trust(Project(registry))
    assert not canary.exists()  # trusting runs nothing either
    project = open_trusted(registry)
    assert isinstance(project, Project)
    found = sightkit.Registry(project=project).catalogue
    assert found.find(sightkit.Metric, "alone").plugin == "single"
    assert found.find(sightkit.Metric, "together").plugin == "pack"
    assert canary.exists()


def test_what_is_recorded_is_the_registry_and_every_file_of_its_code(registry, folder, home) -> None:
    trust.trust(Project(registry))
    record = json.loads((home / "state" / "sightkit" / "trust.json").read_text())
    assert set(record) == {str(registry)}
    names = {str(Path(name).relative_to(folder)) for name in record[str(registry)]}
    assert names == {"registry.toml", "single.py", "pack/__init__.py", "pack/deep/__init__.py", "pack/deep/inner.py"}


CHANGES = {
    "the registry": lambda folder: (folder / "registry.toml").write_text('api = 1\n[plugins.x]\npath = "single.py"\n'),
    "a comment in the registry": lambda folder: append(folder / "registry.toml", "# harmless\n"),
    "a single file": lambda folder: append(folder / "single.py"),
    "a module deep inside": lambda folder: append(folder / "pack" / "deep" / "inner.py"),
    "a new module": lambda folder: (folder / "pack" / "more.py").write_text(""),
    "a new file of data": lambda folder: (folder / "pack" / "data.json").write_text("{}"),
    "a removed module": lambda folder: (folder / "pack" / "deep" / "__init__.py").unlink(),
    "a removed plugin": lambda folder: (folder / "single.py").unlink(),
    "a file that became a link": lambda folder: (
        (folder / "single.py").rename(folder / "moved.py"),
        (folder / "single.py").symlink_to("moved.py"),
    ),
    "a module that became a link": lambda folder: (
        (folder / "pack" / "deep" / "inner.py").rename(folder / "moved.py"),
        (folder / "pack" / "deep" / "inner.py").symlink_to(folder / "moved.py"),
    ),
    "a registry of a terabyte": lambda folder: os.truncate(folder / "registry.toml", 10**12),
    "code of a terabyte": lambda folder: os.truncate(folder / "pack" / "__init__.py", 10**12),
    "a registry that is no TOML": lambda folder: (folder / "registry.toml").write_bytes(b"\xff\x00[["),
    "a registry that leads to everything": lambda folder: (folder / "registry.toml").write_text(
        'api = 1\n[plugins.single]\npath = "/"\n'
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_trusted_project_counts_no_longer_when_it_changed(change, registry, folder, canary) -> None:
    trust.trust(Project(registry))
    CHANGES[change](folder)
    reason = open_trusted(registry)
    assert isinstance(reason, str)
    assert "changed since it was trusted" in reason or "expected a registry of at most 1 MB" in reason
    load(registry)
    assert not canary.exists()


def test_trusting_again_makes_it_count_again_and_changing_back_does_too(registry, folder) -> None:
    before = (folder / "single.py").read_text()
    trust.trust(Project(registry))
    (folder / "single.py").write_text(metric_plugin("changed"))
    assert isinstance(open_trusted(registry), str)
    (folder / "single.py").write_text(before)
    assert isinstance(open_trusted(registry), Project)
    (folder / "single.py").write_text(metric_plugin("changed"))
    trust.trust(Project(registry))
    assert isinstance(open_trusted(registry), Project)


def test_compiled_files_and_times_don_t_matter(registry, folder) -> None:
    trust.trust(Project(registry))
    (folder / "pack" / "__pycache__").mkdir()
    (folder / "pack" / "__pycache__" / "inner.cpython-311.pyc").write_bytes(b"\0")
    os.utime(folder / "single.py", (0, 0))
    assert isinstance(open_trusted(registry), Project)


def test_trust_belongs_to_a_path(registry, folder, tmp_path) -> None:
    trust.trust(Project(registry))
    moved = tmp_path / "moved"
    folder.rename(moved)
    assert open_trusted(moved / "registry.toml") == "it is not trusted yet"


def test_trust_of_a_project_is_found_through_a_link(registry, folder, tmp_path) -> None:
    trust.trust(Project(registry))
    (tmp_path / "link").symlink_to(folder)
    assert isinstance(open_trusted(tmp_path / "link" / "registry.toml"), Project)


def test_a_plugin_that_was_not_there_when_the_project_was_trusted_is_not_trusted(registry, folder, canary) -> None:
    file = folder / "single.py"
    text = file.read_text()
    file.unlink()
    trust.trust(Project(registry))
    assert isinstance(open_trusted(registry), Project)
    file.write_text(text)
    assert open_trusted(registry) == f"{file} changed since it was trusted"


def test_the_bytes_that_were_compared_are_the_bytes_that_run(registry, folder, tmp_path) -> None:
    trust.trust(Project(registry))
    project = open_trusted(registry)
    assert isinstance(project, Project)
    # Between the check and the import, everything is replaced.
    impostor = metric_plugin("impostor", first=f"open({str(tmp_path / 'robbed')!r}, 'w')")
    for file in (folder / "single.py", folder / "pack" / "deep" / "inner.py", folder / "pack" / "__init__.py"):
        file.write_text(impostor)
    registry.write_text('api = 1\n[plugins.other]\npath = "single.py"\n')
    loaded = sightkit.Registry(project=project)
    assert {found.component.name for found in loaded.catalogue.all(sightkit.Metric)} >= {"alone", "together"}
    assert "other" not in [record.name for record in loaded.plugins]
    assert not (tmp_path / "robbed").exists()


def test_trust_can_be_revoked(registry) -> None:
    assert not trust.revoke(registry)
    trust.trust(Project(registry))
    assert trust.revoke(registry)
    assert open_trusted(registry) == "it is not trusted yet"


def test_projects_are_trusted_one_by_one(registry, tmp_path) -> None:
    other = tmp_path / "other" / "registry.toml"
    other.parent.mkdir()
    other.write_text("api = 1\n")
    trust.trust(Project(registry))
    trust.trust(Project(other))
    trust.revoke(registry)
    assert isinstance(open_trusted(other), Project)


@pytest.mark.parametrize("content", ["[]", '{"/a/registry.toml": "yes"}', "{", "\udcff"])
def test_a_damaged_record_trusts_nothing_and_says_which_file(content, registry, home) -> None:
    trust.trust(Project(registry))
    record = home / "state" / "sightkit" / "trust.json"
    record.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(sightkit.StorageError, match=r"trust\.json"):
        open_trusted(registry)


def test_a_record_that_cannot_be_written_is_told(registry, home) -> None:
    (home / "state").write_text("a file where a folder belongs")
    with pytest.raises(sightkit.StorageError, match=r"trust\.json"):
        trust.trust(Project(registry))
