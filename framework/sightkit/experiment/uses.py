"""Which components an experiment uses, those of its stages and those inside other components included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sightkit.use import Use

if TYPE_CHECKING:
    from sightkit.experiment.settings import ExperimentSettings


def uses(settings: ExperimentSettings) -> Iterator[tuple[str, Use[Any]]]:
    """Yield every component of an experiment with the path of its table: ``"training.stages.0.optimizer"``."""
    for name in type(settings).model_fields:
        yield from uses_in(name, getattr(settings, name))


def from_files_alone(settings: ExperimentSettings) -> bool:
    """Say whether an experiment can be repeated from its files: nothing of it was handed over in Python."""
    return not any(use.found.handed_over for _, use in uses(settings))


def uses_in(path: str, value: Any) -> Iterator[tuple[str, Use[Any]]]:
    """Yield the components in a value that stands at a path."""
    if isinstance(value, Use):
        yield path, value
        value = value.params
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from uses_in(f"{path}.{name}", getattr(value, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from uses_in(f"{path}.{index}", inner)
