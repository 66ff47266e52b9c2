"""Local code is compiled from the bytes that were read once, and from nothing else on the disk."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sightkit import PluginError
from sightkit.registry.snapshot import import_snapshot, take_snapshot


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a module inside."""
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import inner\nWHO = inner.WHO\n")
    (folder / "inner.py").write_text(f"WHO = 'the first of {tmp_path}'\n")
    return folder


def test_what_is_imported_is_what_was_read_whatever_the_files_hold_now(package, tmp_path) -> None:
    snapshot = take_snapshot(package)
    (package / "inner.py").write_text("WHO = 'an impostor'\n")
    (package / "__init__.py").write_text("WHO = 'an impostor'\n")
    who = import_snapshot("mine", snapshot).WHO
    assert who == f"the first of {tmp_path}"


def test_a_module_that_is_imported_late_comes_from_the_snapshot_too(package) -> None:
    (package / "__init__.py").write_text("def late():\n    from .inner import WHO\n    return WHO\n")
    plugin = import_snapshot("mine", take_snapshot(package))
    (package / "inner.py").write_text("WHO = 'an impostor'\n")
    assert plugin.late().startswith("the first")


def test_a_file_that_was_added_after_the_snapshot_cannot_be_imported(package) -> None:
    (package / "__init__.py").write_text("def late():\n    from . import added\n")
    plugin = import_snapshot("mine", take_snapshot(package))
    (package / "added.py").write_text("")
    with pytest.raises(ImportError, match="added"):
        plugin.late()


def test_compiled_files_and_extension_modules_are_never_used(package) -> None:
    import py_compile

    (package / "other.py").write_text("WHO = 'an impostor'\n")
    py_compile.compile(str(package / "other.py"), cfile=str(package / "inner.pyc"))
    py_compile.compile(str(package / "other.py"))
    (package / "other.py").rename(package / "inner.so")
    assert import_snapshot("mine", take_snapshot(package)).WHO.startswith("the first")


def test_a_single_file_does_not_see_its_siblings(tmp_path) -> None:
    (tmp_path / "sibling.py").write_text("raise RuntimeError('the sibling ran')")
    for line in ("import sibling", "from . import sibling", "from .sibling import thing"):
        (tmp_path / "mine.py").write_text(f"# {tmp_path}\n{line}\n")
        with pytest.raises(ImportError):
            import_snapshot("mine", take_snapshot(tmp_path / "mine.py"))


def test_a_file_elsewhere_with_the_name_of_the_module_does_not_take_its_place(package, tmp_path, monkeypatch) -> None:
    snapshot = take_snapshot(package)
    name = import_snapshot("mine", snapshot).__name__
    for each in [each for each in sys.modules if each.startswith(name)]:
        monkeypatch.delitem(sys.modules, each)
    (tmp_path / f"{name}.py").write_text("WHO = 'an impostor'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert import_snapshot("mine", snapshot).WHO.startswith("the first")


def test_equal_files_in_two_folders_are_two_modules(tmp_path) -> None:
    modules = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.py").write_text("state = []\n")
        modules.append(import_snapshot("mine", take_snapshot(tmp_path / name / "mine.py")))
    assert modules[0] is not modules[1]


def test_a_traceback_names_the_file_of_the_user(tmp_path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def fail():\n    return 1 / 0\n")
    plugin = import_snapshot("mine", take_snapshot(file))
    with pytest.raises(ZeroDivisionError) as caught:
        plugin.fail()
    assert str(caught.traceback[-1].path) == str(file)
    assert plugin.__file__ == str(file)


def test_the_digest_covers_every_file_and_its_name(package) -> None:
    first = take_snapshot(package)
    (package / "table.csv").write_text("1,2\n")
    second = take_snapshot(package)
    (package / "table.csv").rename(package / "other.csv")
    third = take_snapshot(package)
    assert len({first.digest, second.digest, third.digest}) == 3
    assert set(second.digests) == {"pack/__init__.py", "pack/inner.py", "pack/table.csv"}
    assert take_snapshot(package).digest == third.digest


def test_links_out_of_a_package_and_in_circles_are_not_followed(package, tmp_path) -> None:
    (tmp_path / "outside.py").write_text("raise RuntimeError('the outside ran')")
    (package / "linked.py").symlink_to(tmp_path / "outside.py")
    (package / "round").symlink_to(package)
    (package / "loop").symlink_to("loop")
    os.mkfifo(package / "pipe")
    assert set(take_snapshot(package).files) == {"pack/__init__.py", "pack/inner.py"}
    (package / "__init__.py").write_text("from . import linked\n")
    with pytest.raises(ImportError):
        import_snapshot("mine", take_snapshot(package))


def test_folders_nested_deeper_than_python_recurses_are_read(package) -> None:
    folder = package
    for _ in range(1050):
        folder /= "d"
        folder.mkdir()
    (folder / "x.py").write_text("")
    try:
        assert len(take_snapshot(package).files) == 3
    finally:
        (folder / "x.py").unlink()
        while folder != package:  # who cleans up after the tests may recurse
            folder.rmdir()
            folder = folder.parent


def test_a_folder_of_data_is_refused_before_it_is_read(package) -> None:
    with (package / "weights.bin").open("wb") as file:
        file.truncate(10**12)  # a file with nothing in it, which takes no room on the disk
    with pytest.raises(PluginError, match=r"pack: holds 1,000,000 MB in 3 files; expected code, of 50 MB at most"):
        take_snapshot(package)
