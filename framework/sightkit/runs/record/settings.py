"""The settings of a finished run, as far as somebody needs them still: other components of it may be gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.config.layer import apply_overrides
from sightkit.config.tree import Origin, Tree
from sightkit.contracts import ImageSource
from sightkit.experiment.in_memory import IN_MEMORY, WithOwn
from sightkit.experiment.resolve import default_uses, resolve
from sightkit.runs.record.folder import RESOLVED
from sightkit.runs.record.unchanged import stored_experiment
from sightkit.toml.document import dotted
from sightkit.toml.problems import Problem

if TYPE_CHECKING:
    from sightkit.config.overrides import Override
    from sightkit.experiment import ExperimentSettings
    from sightkit.registry.registry import Registry

ALWAYS = ("schema", "name", "seed", "images")
"""What of an experiment names no component."""


class NotAtHand(ImageSource):
    """Stands for the images of a run where nobody looks at them."""

    def read(self, index: int) -> Path:
        """Refuse.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(index)


def settings_of(
    folder: Path,
    tables: Sequence[str],
    *,
    registry: Registry,
    dataset: ImageSource | None = None,
    overrides: Sequence[Override] = (),
    problems: Sequence[Problem] = (),
) -> ExperimentSettings:
    """Return the settings of a run with some of its tables; only components that these name need to be there still.

    Args:
        folder: The run's.
        tables: Those that are needed, such as ``"metrics"``.
        registry: The plugins that components may come from.
        dataset: Its images, if they are in this process.
        overrides: Other values of these tables.
        problems: What was wrong with the words of these.

    Raises:
        ConfigError: there is no such component, or an override is of another table.
        StorageError: what the run was can't be read.
    """
    stored = stored_experiment(folder)
    kept = {key: stored[key] for key in (*ALWAYS, *tables) if key in stored}
    found = [*problems, *(misplaced(each, tables) for each in overrides if each.path[0] not in tables)]
    values = {"dataset": {"use": IN_MEMORY}, "metrics": [], "reports": [], **kept}
    tree = apply_overrides(
        Tree.of(values, Origin(str(folder / RESOLVED), folder)), overrides, defaults=default_uses(), problems=found
    )
    return resolve(tree, WithOwn(registry.catalogue, dataset or NotAtHand()), found)


def misplaced(override: Override, tables: Sequence[str]) -> Problem:
    """Return that an override changes what has happened already."""
    table = tables[0]
    message = f"this run is trained; only its {' and '.join(tables)} can be others: -s '{table}=[{{use = \"f1\"}}]'"
    return Problem(override.label, path=dotted(override.path), message=message)
