"""The metrics of a run that has finished, as its folder names them, or others in their place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightkit.config.layer import apply_overrides
from sightkit.config.overrides import Override
from sightkit.config.tree import Origin, Tree
from sightkit.contracts import ImageSource
from sightkit.experiment import ExperimentSettings
from sightkit.experiment.in_memory import IN_MEMORY, WithOwn
from sightkit.experiment.resolve import default_uses, resolve
from sightkit.registry.registry import Registry
from sightkit.runs.record.folder import RESOLVED
from sightkit.runs.record.unchanged import stored_experiment
from sightkit.toml.document import dotted
from sightkit.toml.problems import Problem

KEPT = ("schema", "name", "seed", "images", "metrics")


class NotLookedAt(ImageSource):
    """Stands for the images of a run where nobody looks at them."""

    def read(self, index: int) -> Path:
        """Refuse.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(index)


def judging_settings(
    folder: Path, *, registry: Registry, overrides: Sequence[Override] = (), problems: Sequence[Problem] = ()
) -> ExperimentSettings:
    """Return the settings by which a run is judged again; of its components only the metrics need to be there still.

    Args:
        folder: The run's.
        registry: The plugins that metrics may come from.
        overrides: Other values of ``metrics``.
        problems: What was wrong with the words of these.

    Raises:
        ConfigError: there is no such metric, or an override is of something else than the metrics.
        StorageError: what the run was can't be read.
    """
    stored = stored_experiment(folder)
    kept = {key: stored[key] for key in KEPT if key in stored}
    found = [*problems, *(misplaced(each) for each in overrides if each.path[0] != "metrics")]
    tree = Tree.of({**kept, "dataset": {"use": IN_MEMORY}, "reports": []}, Origin(str(folder / RESOLVED), folder))
    tree = apply_overrides(tree, overrides, defaults=default_uses(), problems=found)
    return resolve(tree, WithOwn(registry.catalogue, NotLookedAt()), found)


def misplaced(override: Override) -> Problem:
    """Return that an override changes what has happened already."""
    message = "this run is trained; only its metrics can be others: -s 'metrics=[{use = \"f1\"}]'"
    return Problem(override.label, path=dotted(override.path), message=message)
