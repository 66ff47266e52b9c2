"""The reference of the Python API: the public names of sightkit, a page for each group of parts that they come from.

The pages hold directives; mkdocstrings reads signatures and docstrings from the source, and griffe knows here where
each name comes from.
"""

from __future__ import annotations

from pathlib import Path

import griffe

import sightkit
from reference.page import Page

GROUPS = {
    "Experiments and runs": ("api", "runs"),
    "Components and registries": ("component", "use", "hookspecs", "registry"),
    "Tasks and results": ("contracts", "images", "training", "evaluation", "cells"),
    "Errors": ("errors",),
}
"""The parts of the core whose names each page holds."""


def pages() -> list[Page]:
    """Return a page for each group of names."""
    package = griffe.load(sightkit.__name__, search_paths=[Path(sightkit.__path__[0]).parent], submodules=False)
    part_of = {name: package[name].target_path.split(".")[1] for name in sightkit.__all__}
    return [page(title, [name for name, part in part_of.items() if part in parts]) for title, parts in GROUPS.items()]


def page(title: str, names: list[str]) -> Page:
    """Return the page about some names."""
    path = f"reference/python/{title.lower().replace(' ', '-')}.md"
    return Page(path=path, title=title, parts=[f"::: {sightkit.__name__}.{name}" for name in names])
