"""What the stages of a training must agree on, with one another's keys and with the rest of ``[training]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sightkit.config.tree import Tree
from sightkit.experiment.stage_tables import STAGES
from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.problems import Problem

EPOCHS = ("training", "epochs")


def stage_problems(tree: Tree) -> Iterator[Problem]:
    """Yield what doesn't fit together in the stages of an experiment, as far as they are stages."""
    stages = tree.get(STAGES)
    if not isinstance(stages, list) or not stages:
        return
    if tree.get(EPOCHS) is not None and not tree.replaces(STAGES, EPOCHS):
        yield tree.problem(EPOCHS, told_by_stages(len(stages)), at_key=True)
    for index, stage in enumerate(stages):
        if isinstance(stage, dict):
            yield from cache_problems(tree, (*STAGES, index), stage)


def told_by_stages(count: int) -> str:
    """Return what is said of ``training.epochs`` beside stages, also to whoever overrides it."""
    first, *more = [dotted((*STAGES, index, "epochs")) for index in range(count)]
    instead = f"{first} or {more[0]}" if len(more) == 1 else f"{first} and so on" if more else first
    return f"training.epochs: the stages say how long each of them is; set {instead} instead, or training.stages = []"


def cache_problems(tree: Tree, path: KeyPath, stage: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problem of each key that only makes sense where the features of a frozen backbone are cached."""
    views, cached = stage.get("views", 1), stage.get("cache_features", "auto")
    several = isinstance(views, int) and views > 1
    freeze = stage.get("freeze", "none")
    if several and cached == "off":
        message = f'{dotted((*path, "views"))}: cache_features = "off" leaves no views to cache; leave out one of them'
        yield tree.problem((*path, "views"), message, at_key=True)
    told = freeze not in ("none", "backbone", "norms") and not str(freeze).startswith("below:")
    for key, asked in {"views": several, "cache_features": cached == "on"}.items():
        if asked and freeze != "backbone" and not told:
            needed = 'only features of a frozen backbone can be cached; add freeze = "backbone"'
            yield tree.problem((*path, key), f"{dotted((*path, key))}: {needed}", at_key=True)
