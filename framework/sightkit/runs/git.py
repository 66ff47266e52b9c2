"""The git commit that an experiment was run from, asked for without running anything that the repository brings."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

# A repository's own configuration may name programs that git runs: a file-system monitor, or filters over the files
# that it compares. A stranger's folder must not run the stranger's code.
SAFE = ("-c", "core.fsmonitor=false", "--no-optional-locks")


def git_state(folder: Path) -> dict[str, Any] | None:
    """Return ``{"commit", "dirty"}`` of the repository around ``folder``, or ``None`` outside of one.

    ``dirty`` is ``None`` where telling would run a filter that the repository itself defines.
    """
    commit = ask(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    filters = ask(folder, "config", "--show-scope", "--name-only", "--get-regexp", r"^filter\.") or ""
    if any(line.startswith(("local", "worktree")) for line in filters.splitlines()):
        return {"commit": commit, "dirty": None}
    status = ask(folder, "status", "--porcelain", "--ignore-submodules=all", "--untracked-files=no")
    return {"commit": commit, "dirty": None if status is None else bool(status)}


def ask(folder: Path, *arguments: str) -> str | None:
    """Return what a git command prints; ``None`` where git is missing, refuses or takes too long."""
    try:
        done = subprocess.run(
            ["git", *SAFE, "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
