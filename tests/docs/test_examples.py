"""Every example in the README and the docs does what the page says: experiments, plugins, commands and Python.

A fence says after its language what it is:

- ``toml``: a whole experiment; with a file's name it is saved under it. ``toml wrong NAME``: one that is refused.
  ``toml fragment``: a part of one. ``toml registry``, or a file called registry.toml: a registry.
- ``python``: runs. ``python plugin NAME``: a plugin. ``python test NAME``: passes under pytest.
- ``console``: commands behind ``$``, and what they print; ``...`` stands for any lines.
- ``sh``: commands of which sightkit's own must be possible. ``text`` and ``json``: what something looks like.

A page is a session in one folder: files are saved and commands are run in its order.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

import sightkit
from sightkit.cli import app
from sightkit.errors import ConfigError
from sightkit.registry.policy import read_layer
from sightkit.registry.sources import GROUP

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\S*)(?:[ ]([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOME = "/home/ada"
"""Where the pages' folders are said to be."""


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    role: str
    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def fences_of(page: Path) -> Iterator[Fence]:
    content = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(content):
        *roles, last = (found[2] or "").split(" ")
        file, role = (last, *roles) if "." in last else ("", last)[::1] if not roles else (last, roles[0])
        line = content.count("\n", 0, found.start()) + 1
        yield Fence(page, line, found[1], role if isinstance(role, str) else "", file, found[3])
