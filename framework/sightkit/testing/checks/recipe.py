"""What every recipe owes: it is a valid experiment, and says what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sightkit.api.loading import load
from sightkit.component import Recipe
from sightkit.errors import SightkitError
from sightkit.registry.registry import Registry
from sightkit.testing.contract import Check
from sightkit.testing.finding import BrokenContractError


@dataclass(frozen=True)
class RecipeSubject:
    """A recipe, and the registry whose components it may name.

    Attributes:
        recipe: The recipe.
        registry: All plugins.
        values: None: a recipe is no component.
    """

    recipe: Recipe
    registry: Registry
    values: Mapping[str, Any] = field(default_factory=dict)


def is_a_valid_experiment(subject: RecipeSubject) -> None:
    """It can be checked: its keys are right, and the components that it names are there."""
    path = subject.recipe.path
    try:
        load(path, registry=subject.registry).check()
    except SightkitError as error:
        raise BrokenContractError(
            expected="a valid experiment",
            found=str(error),
            remedy=f"mend it until this is quiet: sightkit check {path}",
        ) from error


def says_what_it_is_for(subject: RecipeSubject) -> None:
    """It has a summary, which `sightkit recipes` prints."""
    notes = load(subject.recipe.path, registry=subject.registry).settings.recipe
    if notes is None or not notes.summary.strip():
        raise BrokenContractError(
            expected="a line on what it is for",
            found="none",
            remedy='add [recipe] with summary = "Bars by a fully connected network." to the file',
        )


VALID = Check(is_a_valid_experiment)
CHECKS = (VALID, Check(says_what_it_is_for, (VALID,)))
