"""Whether an experiment may run, as far as that can be said before anything of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit.experiment.inputs import require_files
from sightkit.runs.extensions import Extensions

if TYPE_CHECKING:
    from sightkit.experiment.loaded import Loaded


def checked_extensions(experiment: Loaded) -> Extensions:
    """Return the extensions of an experiment that may run: its files are there, and no extension refuses it.

    Raises:
        ConfigError: everything that is wrong, each with its place.
        SightkitError: an extension refuses it.
        PluginError: a plugin that it needs failed.
    """
    settings = experiment.settings
    require_files(settings, experiment.tree)
    extensions = Extensions(settings)
    extensions.insist("sightkit_experiment_checked", experiment=experiment)
    return extensions
