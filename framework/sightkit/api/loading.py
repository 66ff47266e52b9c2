"""Loading an experiment: from a file, a recipe, values, or the folder of a run that is to go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.api.experiment import Experiment
from sightkit.api.recipes import is_recipe_name, recipe_path
from sightkit.config.files import read_tree
from sightkit.config.overrides import as_toml_value
from sightkit.config.tree import Origin, Tree
from sightkit.contracts import ImageSource, Network
from sightkit.errors import ConfigError
from sightkit.experiment.in_memory import IN_MEMORY, OwnArchitecture
from sightkit.experiment.resolve import default_uses, name_from
from sightkit.paths import working_directory
from sightkit.registry.registry import Registry
from sightkit.toml.problems import Problem

if TYPE_CHECKING:
    from sightkit.runs.display import Display
    from sightkit.runs.record.run import Run


def load(
    source: Path | str | Mapping[str, Any],
    *,
    dataset: ImageSource | None = None,
    architecture: OwnArchitecture | None = None,
    registry: Registry | None = None,
) -> Experiment:
    """Load an experiment; nothing is validated before it is used.

    Args:
        source: A TOML file, the name of a recipe (no ``.toml`` and no path separator in it), or the values themselves;
            relative paths among these start from the working directory.
        dataset: Images that are in this process, such as an `ArraySource`, in the place of the table ``[dataset]``.
            They are not kept on the disk unless a ``cache_dir`` is named, and a run of them can't be repeated from its
            files.
        architecture: A network of yours in the place of the table ``[architecture]``: a `keras.Model` from float32
            images ``(batch, height, width, channels)`` in [0, 1] to float32 logits ``(batch, classes)``, a `Network`,
            or a function from an `ArchitectureTask` to one of them. The function is called for each run, under its
            seed; a model is trained itself, as ``fit`` would, so that a second run goes on where the first one ended. A
            run of either can't be repeated from its files.
        registry: The plugins it may name; by default the built-in and the installed ones.

    Raises:
        ConfigError: the file cannot be read or is not TOML, there is no such recipe, or what was handed over is neither
            images nor a network.
    """
    registry = registry or Registry()
    problems: list[Problem] = []
    if isinstance(source, Mapping):
        tree = Tree.of(as_toml_value(source), Origin("experiment", working_directory()))
        if "extends" in tree.data:
            message = "extends is for files; merge the values instead"
            problems.append(Problem("experiment", path="extends", message=message))
    else:
        tree = load_file(source, registry, problems)
    if dataset is not None:
        if not isinstance(dataset, ImageSource):
            message = f"dataset: expected a sightkit.ImageSource, such as ArraySource, found {type(dataset).__name__}"
            raise ConfigError(message)
        tree.put(("dataset",), {"use": IN_MEMORY}, Origin("sightkit.load", working_directory()))
    if architecture is not None:
        if not callable(architecture) and not isinstance(architecture, Network):
            found = type(architecture).__name__
            expected = "a keras.Model, a sightkit.Network or a function that returns one"
            message = f"architecture: expected {expected}, found {found}"
            raise ConfigError(message)
        tree.put(("architecture",), {"use": IN_MEMORY}, Origin("sightkit.load", working_directory()))
    return Experiment(tree, registry=registry, source=dataset, architecture=architecture, problems=problems)


def resume(
    folder: Path | str,
    *,
    registry: Registry | None = None,
    cache_dir: Path | str | None = None,
    stop: Callable[[], bool] | None = None,
    display: Display | None = None,
    argv: Sequence[str] = (),
) -> Run:
    """Go on with a run that was interrupted, killed or failed, from its folder alone; see `Experiment.go_on`.

    A run whose images or model were in memory can't be resumed from its folder: load its experiment as before, and
    `Experiment.go_on`.

    Args:
        folder: The run's.
        registry: The plugins that it may name; by default the built-in and the installed ones.
        cache_dir: Where prepared images are kept, see `Experiment.prepare`.
        stop: See `Experiment.run`.
        display: Who watches; nobody by default.
        argv: The command line, for the manifest.

    Raises:
        StorageError: the folder holds no run.
        SightkitError: see `Experiment.go_on`.
    """
    from sightkit.runs.record.folder import RESOLVED
    from sightkit.runs.record.run import Run
    from sightkit.runs.record.unchanged import refuse_incomplete

    path = Run(folder).path
    refuse_incomplete(path)
    experiment = load(path / RESOLVED, registry=registry)
    return experiment.go_on(path, cache_dir=cache_dir, stop=stop, display=display, argv=argv)


def load_file(source: Path | str, registry: Registry, problems: list[Problem]) -> Tree:
    """Return the tree of a file or a recipe, named after its file where it gives itself no name."""
    if isinstance(source, str) and is_recipe_name(source):
        path, label = recipe_path(source, registry), f"recipe {source}"
    else:
        path, label = Path(source), str(source)
    tree = read_tree(path, defaults=default_uses(), problems=problems, label=label)
    if "name" not in tree.data:
        tree.put(("name",), name_from(path), Origin("the file's name", working_directory()))
    return tree
