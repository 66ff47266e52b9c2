"""The commit of a run, asked for in repositories that mean well and in some that don't."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sightkit.runs.record.git import git_state

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *words: str) -> str:
    """Run a git command as somebody who takes no care."""
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout.strip()


@pytest.fixture
def repository(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "repository"
    (folder / "inside").mkdir(parents=True)
    git(folder, "init", "--quiet")
    git(folder, "config", "user.email", "somebody@example.org")
    git(folder, "config", "user.name", "Somebody")
    (folder / "inside" / "file.txt").write_text("one\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """What a repository's own program leaves behind."""
    return tmp_path / "canary"


@pytest.fixture
def program(canary: Path, tmp_path: Path) -> Path:
    """A program that a repository would have git run."""
    file = tmp_path / "program"
    file.write_text(f"#!/bin/sh\ntouch {canary}\nexit 1\n")
    file.chmod(0o755)
    return file


def test_a_clean_repository_is_clean_and_a_changed_one_dirty(repository) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert git_state(repository) == {"commit": commit, "dirty": False}
    assert git_state(repository / "inside") == {"commit": commit, "dirty": False}
    (repository / "untracked.txt").write_text("runs and data are often untracked")
    assert git_state(repository) == {"commit": commit, "dirty": False}
    (repository / "inside" / "file.txt").write_text("two\n")
    assert git_state(repository) == {"commit": commit, "dirty": True}


def test_there_is_no_commit_outside_of_a_repository_or_before_the_first(home, tmp_path) -> None:
    assert git_state(tmp_path) is None
    git(tmp_path, "init", "--quiet")
    assert git_state(tmp_path) is None


def test_without_git_there_is_no_commit(repository, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(repository) is None


def monitor(repository: Path, program: Path) -> None:
    """Let git ask a program which files changed."""
    git(repository, "config", "core.fsmonitor", str(program))


def filter_of_its_own(repository: Path, program: Path) -> None:
    """Let git read every file through a program."""
    git(repository, "config", "filter.mine.clean", str(program))
    (repository / ".gitattributes").write_text("* filter=mine\n")
    (repository / "inside" / "file.txt").write_text("two\n")


def included_filter(repository: Path, program: Path) -> None:
    """Define the filter in another file that the configuration includes."""
    (repository / ".git" / "more").write_text(f'[filter "mine"]\n\tprocess = {program}\n\tclean = {program}\n')
    git(repository, "config", "include.path", "more")
    (repository / ".git" / "info" / "attributes").write_text("* filter=mine\n")
    (repository / "inside" / "file.txt").write_text("two\n")


def missing_object(repository: Path, program: Path) -> None:
    """Let git fetch an object that is missing, through a program that the address names."""
    tree = git(repository, "rev-parse", "HEAD:")
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{program}",
        "protocol.ext.allow": "always",
    }.items():
        git(repository, "config", name, value)
    (repository / ".git" / "objects" / tree[:2] / tree[2:]).unlink()


def ssh_command(repository: Path, program: Path) -> None:
    """The same, through the program that git takes for ssh."""
    missing_object(repository, program)
    git(repository, "config", "remote.origin.url", "ssh://nowhere.invalid/repository")
    git(repository, "config", "core.sshCommand", str(program))


@pytest.mark.parametrize("trap", [monitor, filter_of_its_own, included_filter, missing_object, ssh_command])
def test_a_repository_runs_no_program_of_its_own(trap, repository, program, canary) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    trap(repository, program)
    found = git_state(repository)
    assert not canary.exists()
    assert found is not None
    assert found["commit"] == commit

    git(repository, "status", "--porcelain", "--untracked-files=no")
    assert canary.exists(), "the trap would not have sprung for anybody"


def test_where_a_filter_would_have_to_run_nobody_knows_whether_files_changed(repository, program) -> None:
    filter_of_its_own(repository, program)
    assert git_state(repository) == {"commit": git(repository, "rev-parse", "HEAD"), "dirty": None}


def test_the_user_s_own_filters_may_run(repository, program, canary) -> None:
    git(repository, "config", "--global", "filter.mine.clean", str(program))
    (repository / ".gitattributes").write_text("* filter=mine\n")
    (repository / "inside" / "file.txt").write_text("two\n")
    found = git_state(repository)
    assert found is not None
    assert found["dirty"] is True
    assert canary.exists()


def test_a_configuration_that_cannot_be_read_is_not_taken_for_harmless(repository) -> None:
    with (repository / ".git" / "config").open("ab") as file:
        file.write(b'[filter "\xff"]\n\tclean = true\n')
    found = git_state(repository)
    assert found is not None
    assert found["dirty"] is None


def test_asking_writes_nothing_into_the_repository(repository) -> None:
    (repository / "inside" / "file.txt").touch()
    before = {path: path.stat().st_mtime_ns for path in (repository / ".git").rglob("*")}
    git_state(repository)
    assert {path: path.stat().st_mtime_ns for path in (repository / ".git").rglob("*")} == before
