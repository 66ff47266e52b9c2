"""`Loaded`: what a run has to know of an experiment, whoever loaded it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sightkit.config.tree import Tree
    from sightkit.experiment.settings import ExperimentSettings
    from sightkit.registry.registry import Registry


class Loaded(Protocol):
    """An experiment with the plugins that it may name; `sightkit.Experiment` is one."""

    @property
    def tree(self) -> Tree:
        """Its values as they were written, each with its origin."""

    @property
    def registry(self) -> Registry:
        """The plugins that it may name."""

    @property
    def settings(self) -> ExperimentSettings:
        """Its validated settings, complete with defaults."""
