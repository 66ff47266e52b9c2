"""Recipes that break one rule each, and are named after the check that is to catch them."""

from pathlib import Path

from sightkit import Recipe, hookimpl


@hookimpl
def sightkit_recipes():
    return [Recipe(name=path.stem, path=path) for path in sorted(Path(__file__).parent.glob("*.toml"))]
