"""The git commit that an experiment was run from, asked for without running anything that the repository brings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

# A repository's own configuration may name programs that git runs: a file-system monitor, hooks, filters over the files
# that it compares, whatever fetches an object that is missing. A stranger's folder must not run the stranger's code.
SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "--no-optional-locks")
# Fetching is refused twice, since git knows the second variable from 2.45 on; no protocol has the name of the first.
OFFLINE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}

THE_USERS_OWN = frozenset({"system", "global", "command"})
"""The scopes of git's configuration that no repository can write to."""


def git_state(folder: Path) -> dict[str, Any] | None:
    """Return ``{"commit", "dirty"}`` of the repository around ``folder``, or ``None`` outside of one.

    ``dirty`` is ``None`` where telling would run a filter that the repository itself defines.
    """
    commit = ask(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    if brings_filters(folder):
        return {"commit": commit, "dirty": None}
    status = ask(folder, "status", "--porcelain", "--ignore-submodules=all", "--untracked-files=no")
    return {"commit": commit, "dirty": None if status is None else bool(status)}


def brings_filters(folder: Path) -> bool:
    """Say whether the repository's own configuration defines filters, or can't be asked."""
    # Asked for everything rather than for filters only, because git answers an empty selection with a failure too.
    listing = ask(folder, "config", "--show-scope", "--name-only", "--list")
    if listing is None:
        return True
    entries = (line.partition("\t") for line in listing.splitlines())
    return any(scope not in THE_USERS_OWN and key.startswith("filter.") for scope, _, key in entries)


def ask(folder: Path, *arguments: str) -> str | None:
    """Return what a git command prints; ``None`` where git is missing, refuses or takes too long."""
    try:
        done = subprocess.run(
            ["git", *SAFE, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **OFFLINE},
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
