"""Environments beside the running one: everything of it can be imported, and what is installed into them as well."""

from __future__ import annotations

import os
import re
import site
import subprocess
import venv
from pathlib import Path

PIP_OFFLINE = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip's way of saying yes
    "PIP_NO_INDEX": "1",
    "PIP_QUIET": "1",
}
"""Lets ``pip install FOLDER`` fetch nothing: its build backend is the running environment's."""


def home_at(folder: Path) -> dict[str, str]:
    """Return the environment variables of a user whose home is a folder."""
    xdg = {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("cache", "config", "state")}
    return {"HOME": str(folder), **xdg}


def environment_beside(folder: Path) -> str:
    """Make an environment that sees everything in the running one, and return its interpreter."""
    venv.create(folder, symlinks=os.name != "nt")
    (packages,) = folder.glob("[Ll]ib/**/site-packages")
    lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
    (packages / "outer.pth").write_text("\n".join(lines) + "\n")
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def install_beside(folder: Path, *distributions: Path, editable: bool = False) -> str:
    """Make such an environment with some distributions, really built, in it; return its interpreter."""
    python = environment_beside(folder)
    paths = [word for each in distributions for word in (["--editable"] if editable else []) + [str(each)]]
    words = [python, "-m", "pip", "install", "--no-deps", *paths]
    subprocess.run(words, check=True, timeout=120, env={**os.environ, **PIP_OFFLINE})
    for distribution in distributions:
        name = f"*{re.split('[-_]', distribution.name)[0]}*.dist-info"
        assert list(folder.glob(f"[Ll]ib/**/site-packages/{name}")), "installed somewhere else"
    return python
