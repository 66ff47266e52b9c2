"""The recipes that ship with sightkit: every TOML file in this folder."""

from __future__ import annotations

from pathlib import Path

from sightkit import Recipe, hookimpl


@hookimpl
def sightkit_recipes() -> list[Recipe]:
    """Offer the experiments in this folder."""
    return [Recipe(name=path.stem, path=path) for path in sorted(Path(__file__).parent.glob("*.toml"))]
