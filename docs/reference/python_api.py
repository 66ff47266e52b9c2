"""The reference of the Python API: the public names of sightkit, a page for each group of parts that they come from.

The pages hold directives; mkdocstrings reads signatures and docstrings from the source, and griffe knows here where
each name comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
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
MODULES = {"scikit-learn": "sklearn", "Testing plugins": "testing"}
"""Modules beside the core, whose own names each page holds."""


def pages() -> list[Page]:
    """Return a page for each group of names, and for each module."""
    package = griffe.load(sightkit.__name__, search_paths=[Path(sightkit.__path__[0]).parent])
    names: dict[str, list[str]] = {}
    for name, home in handed_on(package):
        names.setdefault(home.split(".")[1], []).append(name)
    grouped = {title: [name for part in parts for name in names.get(part, [])] for title, parts in GROUPS.items()}
    modules = {title: [name for name, _ in handed_on(package[module])] for title, module in MODULES.items()}
    return [page(title, inside) for title, inside in (grouped | modules).items()]


def handed_on(module: griffe.Object | griffe.Alias) -> Iterator[tuple[str, str]]:
    """Yield the names that a module takes from modules below it, each with the place where it is defined."""
    for member in module.members.values():
        if isinstance(member, griffe.Alias) and member.target_path.startswith(f"{module.path}."):
            yield f"{module.path}.{member.name}", member.target_path


def page(title: str, names: list[str]) -> Page:
    """Return the page about some names."""
    path = f"reference/python/{title.lower().replace(' ', '-')}.md"
    return Page(path=path, title=title, parts=[f"::: {name}" for name in names])
