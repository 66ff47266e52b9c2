"""The fenced blocks of a page, what each of them is, and how a page is followed like a tutorial.

A fence says after its language what it is:

- ``toml``: a whole experiment; with a file's name it is saved under it. ``toml wrong NAME``: one that is refused.
  ``toml fragment``: a part of one. ``toml registry``, or a file called registry.toml: a registry.
- ``python``: runs. ``python plugin NAME``: a plugin. ``python test NAME``: passes under pytest.
- ``console``: commands behind ``$``, and what they print; a line ``...`` stands for any lines.
- ``diff``: changes to files that are there by then.
- ``sh``: commands, which are run and succeed, in a folder with the images, experiments and runs that the pages speak
  of. ``sh run``: the same, and Python is run in its order between them; what has a file's name is only saved, for a
  command to run it. ``sh ci``, or ``sh`` below a comment such as ``<!-- tests -->``: commands that make an environment
  or use one, which ``.ci/run`` runs.
- ``text`` and ``json``: what something looks like.

A page is a session in one folder: files are saved and commands are run in its order.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```(\S*)(?: ([^\n]+))?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!-- \w+ -->\n\Z")
FORMS: Mapping[str, set[str]] = {
    "console": {""},
    "diff": {""},
    "json": {""},
    "python": {"", "plugin", "test"},
    "sh": {"", "ci", "run"},
    "text": {""},
    "toml": {"", "wrong", "fragment", "registry"},
}


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page.

    Attributes:
        page: The file that it is in.
        line: Where it begins, counted from 1.
        language: Its first word.
        role: What it is, one of `FORMS`; empty for what is usual in its language.
        file: The name that it is saved under; empty where it is not saved.
        text: What is in it.
    """

    page: Path
    line: int
    language: str
    role: str
    file: str
    text: str

    def save(self, folder: Path) -> Path:
        """Write it into a folder and return its path."""
        path = folder / (self.file or f"line-{self.line}.{self.language}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")
        return path


def fences_of(page: Path) -> Iterator[Fence]:
    """Yield the fences of a page, those inside lists and notes too."""
    content = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(content):
        words = (found[3] or "").split()
        file = words.pop() if words and "." in words[-1] else ""
        line = content.count("\n", 0, found.start()) + 1
        role = words[0] if words else "ci" if MARK.search(content, 0, found.start()) else ""
        yield Fence(page, line, found[2], role, file, textwrap.dedent(found[4]))


def is_tutorial(page: Path) -> bool:
    """Say whether the Python of a page is a part of its steps, rather than one program."""
    return any(fence.role == "run" for fence in fences_of(page))


def follow(page: Path, folder: Path, run: Callable[[str], None]) -> None:
    """Do in a folder what a page says, in its order.

    Args:
        page: The page.
        folder: Where its files are saved and its Python is run.
        run: Runs commands, there.

    Raises:
        subprocess.CalledProcessError: a step failed; what it printed is on standard output and error.
    """
    for fence in fences_of(page):
        if fence.file:
            fence.save(folder)
        elif fence.language == "sh" and fence.role != "ci":
            run(fence.text)
        elif fence.language == "python" and is_tutorial(page):
            environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
            subprocess.run([sys.executable, "-c", fence.text], cwd=folder, env=environment, check=True)
