"""All pages of the reference, and their places in the navigation."""

from __future__ import annotations

from reference import command_line, components, conformance, hooks, python_api
from reference.page import Page


def sections() -> dict[str, list[Page]]:
    """Return the pages below their names in the navigation; those below no name come first."""
    return {
        "": [command_line.page(), hooks.page(), conformance.page()],
        "Components": components.pages(),
        "Python": python_api.pages(),
    }
