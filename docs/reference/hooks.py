"""The reference of hooks: what `sightkit.hookspecs` specifies, in its order."""

from __future__ import annotations

from collections.abc import Iterable

from reference.page import Page
from sightkit import hookspecs
from sightkit.registry.hooks import COLLECTING, RUN

LEAD = """\
The whole surface by which plugins extend sightkit. [Writing a plugin](../writing-a-plugin.md) shows how they are used.
"""
COLLECTED = """\
Called once, when a plugin is loaded. Each returns descriptors, which must be light: what is heavy is imported when a
component is built."""
OBSERVED = """\
Methods of the objects that extensions build, called while a run goes on, for the extensions that its experiment names.
"""


def page() -> Page:
    """Return the page of all hooks."""
    parts = [
        LEAD,
        "## Collecting hooks",
        COLLECTED,
        *directives(COLLECTING),
        "## Run hooks",
        OBSERVED,
        *directives(RUN),
    ]
    return Page(path="reference/hooks.md", title="Hooks", parts=parts)


def directives(hooks: Iterable[str]) -> list[str]:
    """Return what mkdocstrings replaces by signature and docstring, for each hook."""
    return [f"::: {hookspecs.__name__}.{hook}\n    options:\n      heading_level: 3" for hook in hooks]
