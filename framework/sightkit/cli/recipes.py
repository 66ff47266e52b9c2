"""``sightkit recipes``: the experiments that ship inside plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sightkit.cli.console import print_json, print_table
from sightkit.cli.options import JsonOption, RegistryOption, TrustOption


def recipes(
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """List the recipes with the score and the time that were measured with each.

    Example:  sightkit recipes
    """
    from sightkit.cli.opening import open_registry

    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    rows = [
        {
            "name": recipe.name,
            "plugin": record.name,
            "origin": record.origin,
            "path": str(recipe.path),
            **notes(recipe.path),
        }
        for record, recipe in opened.catalogue.recipes()
    ]
    if json:
        print_json(rows)
        return
    print_table(
        ["recipe", "measured", "time", "summary"],
        [[row["name"], *measured(row.get("measured")), row.get("problem") or row.get("summary", "")] for row in rows],
    )


def notes(path: Path) -> dict[str, Any]:
    """Return what a recipe says of itself, or that it says it wrongly: one recipe must not hide the others."""
    from pydantic import ValidationError

    from sightkit.experiment import RecipeNotes
    from sightkit.toml.document import read_document
    from sightkit.toml.problems import TomlError

    try:
        said = read_document(path).data.get("recipe")
        return {} if said is None else RecipeNotes.model_validate(said).model_dump(exclude_none=True)
    except (TomlError, ValidationError):
        return {"problem": f"cannot be used; sightkit check {path.stem} says why"}


def measured(score: dict[str, Any] | None) -> tuple[str, str]:
    """Return a measured score with its interval, and the time, in words."""
    if score is None:
        return "", ""
    value = f"{score['metric']} {score['value']:.4f} ({score['low']:.4f} to {score['high']:.4f})"
    return value, f"{score['seconds']:.0f} s on {score['machine']}"
