"""What ``import sightkit`` offers to Python: load an experiment, change it, check it, run it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.component import Architecture
from sightkit.config.files import read_tree
from sightkit.config.layer import apply_overrides
from sightkit.config.overrides import Override, as_toml_value, parse_overrides, python_overrides
from sightkit.config.tree import Origin, Tree
from sightkit.contracts import ImageSource, Network
from sightkit.errors import ConfigError, PluginError
from sightkit.experiment.in_memory import IN_MEMORY, OwnArchitecture, WithOwn
from sightkit.experiment.resolve import default_uses, name_from, resolve
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.stage_tables import implied_uses
from sightkit.registry.registry import Registry
from sightkit.toml.problems import Problem, did_you_mean
from sightkit.use import UnknownComponentError, validate_params

if TYPE_CHECKING:
    import keras

    from sightkit.images import PreparedData
    from sightkit.runs.display import Display
    from sightkit.runs.folder import Run
    from sightkit.runs.rates.result import RateSearch


class Experiment:
    """An experiment: values from files, overrides and Python, and the plugins that it may name.

    Made by `load`; never changed, `override` returns another one.
    """

    def __init__(
        self,
        tree: Tree,
        *,
        registry: Registry,
        source: ImageSource | None = None,
        architecture: OwnArchitecture | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        self.tree = tree
        self.registry = registry
        self._source = source
        self._architecture = architecture
        self._problems = tuple(problems)

    def __repr__(self) -> str:
        return f"Experiment({self.tree.data.get('name', 'experiment')!r})"

    def override(self, values: Mapping[str, Any]) -> Experiment:
        """Return this experiment with some values changed.

        Args:
            values: Dotted keys and their values: ``{"optimizer.learning_rate": 3e-4}``. What is wrong with them is told
                with everything else when the experiment is used.
        """
        problems: list[Problem] = []
        return self._with_overrides(python_overrides(values, problems), problems)

    def override_words(self, assignments: Sequence[str], unset: Sequence[str] = ()) -> Experiment:
        """Return this experiment with the overrides of a command line, one layer in which ``use`` goes first.

        Args:
            assignments: ``"optimizer.learning_rate=3e-4"`` each; a value is TOML, else a bare string.
            unset: Dotted keys to take out.
        """
        problems: list[Problem] = []
        return self._with_overrides(parse_overrides(assignments, unset, problems), problems)

    def _with_overrides(self, overrides: Sequence[Override], found: Sequence[Problem]) -> Experiment:
        problems = [*self._problems, *found]
        uses = implied_uses(self.tree, default_uses())
        tree = apply_overrides(self.tree, overrides, defaults=uses, problems=problems)
        return Experiment(
            tree, registry=self.registry, source=self._source, architecture=self._architecture, problems=problems
        )

    @cached_property
    def settings(self) -> ExperimentSettings:
        """The validated settings, complete with defaults.

        Raises:
            ConfigError: everything that is wrong, each with its place.
        """
        lookup = WithOwn(self.registry.catalogue, self._source, self._architecture)
        return resolve(self.tree, lookup, list(self._problems))

    def check(self) -> None:
        """Make sure that the experiment is valid and that no extension refuses it; imports no TensorFlow.

        Raises:
            ConfigError: everything that is wrong, each with its place.
            PluginError: a plugin that it needs failed.
        """
        from sightkit.runs.extensions import Extensions

        Extensions(self.settings).insist("sightkit_experiment_checked", experiment=self)

    def prepare(self, *, cache_dir: Path | str | None = None, display: Display | None = None) -> PreparedData:
        """Return the images of the experiment: read, checked, divided into splits, and kept for the next time.

        TensorFlow is not imported unless the dataset needs it.

        Args:
            cache_dir: Where prepared images are kept; by default what ``SIGHTKIT_CACHE_DIR`` says, else the user's
                folder for such things (``~/.cache/sightkit`` on Linux), and nowhere for images that are in memory. With
                ``images.cache = "none"`` nothing is written.
            display: Who watches; nobody by default.

        Raises:
            SightkitError: of a kind that says what went wrong.
        """
        from sightkit.runs.data import prepare_data
        from sightkit.runs.display import Display

        return prepare_data(self.settings, cache=self._cache(cache_dir), display=display or Display())

    def _cache(self, wanted: Path | str | None) -> Path | None:
        from sightkit.runs.cache import cache_folder

        return None if self._source is not None and wanted is None else cache_folder(wanted)

    def run(
        self,
        *,
        runs_dir: Path | str = "runs",
        cache_dir: Path | str | None = None,
        resume: bool = False,
        stop: Callable[[], bool] | None = None,
        display: Display | None = None,
        argv: Sequence[str] = (),
    ) -> Run:
        """Run the experiment and return the run: its folder, scores, history, predictions and model.

        Nothing of the host process is changed: no seed, no logging, no working directory. Where several processes train
        together, each returns the same run, which the first of them writes.

        Args:
            runs_dir: Where the folders of runs go.
            cache_dir: Where prepared images are kept, see `prepare`.
            resume: Go on with the newest run of this experiment there that has not finished, if there is one.
            stop: Asked after each call of the compiled loop, about twice a second: once it says yes, a checkpoint is
                written and `InterruptedRunError` raised.
            display: Who watches; nobody by default.
            argv: The command line, for the manifest.

        Raises:
            SightkitError: of a kind that says what went wrong.
        """
        from sightkit.runs.folder import unfinished_run

        unfinished = unfinished_run(Path(runs_dir) / self.settings.name) if resume else None
        return self._execute(
            runs_dir=Path(runs_dir), cache_dir=cache_dir, unfinished=unfinished, stop=stop, display=display, argv=argv
        )

    def go_on(
        self,
        folder: Path | str,
        *,
        cache_dir: Path | str | None = None,
        stop: Callable[[], bool] | None = None,
        display: Display | None = None,
        argv: Sequence[str] = (),
    ) -> Run:
        """Go on with a run of this experiment that has not finished: it ends as if nothing had happened.

        Args:
            folder: The run's.
            cache_dir: Where prepared images are kept, see `prepare`.
            stop: See `run`.
            display: Who watches; nobody by default.
            argv: The command line, for the manifest.

        Raises:
            ConfigError: the experiment is not what it was.
            DataError: the data is not what it was.
            SightkitError: of a kind that says what else went wrong.
        """
        path = Path(folder)
        return self._execute(
            runs_dir=path.parent.parent, cache_dir=cache_dir, unfinished=path, stop=stop, display=display, argv=argv
        )

    def find_learning_rate(
        self,
        *,
        stage: int = 1,
        steps: int = 200,
        low: float = 1e-6,
        high: float = 10.0,
        cache_dir: Path | str | None = None,
        display: Display | None = None,
    ) -> RateSearch:
        """Return which learning rate a short training suggests, in which it rises step by step until it diverges.

        The training is thrown away: there is no run of it, and a model that was handed over keeps its weights. See
        `RateSearch.draw` for a picture.

        Args:
            stage: Which stage of the training the rate is for, counted from 1. Those before it are trained first.
            steps: Updates of the weights, at most; at least 20.
            low: The first learning rate, above 0.
            high: The last one, above ``low``.
            cache_dir: Where prepared images are kept, see `prepare`.
            display: Who watches; nobody by default.

        Raises:
            ConfigError: an argument is out of bounds.
            DivergedError: the training diverges at the lowest rates already.
            SightkitError: of a kind that says what else went wrong.
        """
        from sightkit.runs.display import Display
        from sightkit.runs.rates.search import check_arguments, search_rates

        check_arguments(self.settings, stage=stage, steps=steps, low=low, high=high)
        display = display or Display()
        data = self.prepare(cache_dir=cache_dir, display=display)
        return search_rates(self.settings, data, stage=stage, steps=steps, low=low, high=high, display=display)

    def _execute(
        self,
        *,
        cache_dir: Path | str | None,
        stop: Callable[[], bool] | None,
        display: Display | None,
        **where: Any,
    ) -> Run:
        from sightkit.runs.display import Display
        from sightkit.runs.execute import execute

        return execute(
            self,
            cache=self._cache(cache_dir),
            display=display or Display(),
            stop=stop or (lambda: False),
            **where,
        )


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
        tree = Tree.of(as_toml_value(source), Origin("experiment", Path.cwd()))
        if "extends" in tree.data:
            message = "extends is for files; merge the values instead"
            problems.append(Problem("experiment", path="extends", message=message))
    else:
        tree = load_file(source, registry, problems)
    if dataset is not None:
        if not isinstance(dataset, ImageSource):
            message = f"dataset: expected a sightkit.ImageSource, such as ArraySource, found {type(dataset).__name__}"
            raise ConfigError(message)
        tree.put(("dataset",), {"use": IN_MEMORY}, Origin("sightkit.load", Path.cwd()))
    if architecture is not None:
        if not callable(architecture) and not isinstance(architecture, Network):
            found = type(architecture).__name__
            expected = "a keras.Model, a sightkit.Network or a function that returns one"
            message = f"architecture: expected {expected}, found {found}"
            raise ConfigError(message)
        tree.put(("architecture",), {"use": IN_MEMORY}, Origin("sightkit.load", Path.cwd()))
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
    from sightkit.runs.folder import RESOLVED, Run
    from sightkit.runs.unchanged import refuse_incomplete

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
        tree.put(("name",), name_from(path), Origin("the file's name", Path.cwd()))
    return tree


def is_recipe_name(source: str) -> bool:
    """Say whether the argument of ``sightkit run`` is a recipe's name rather than a file."""
    return not source.endswith(".toml") and "/" not in source and "\\" not in source


def recipe_path(name: str, registry: Registry) -> Path:
    """Return the file of a recipe.

    Raises:
        ConfigError: no plugin offers it, or two do.
        PluginError: no plugin offers it, and one that might have failed.
    """
    recipes = registry.catalogue.recipes()
    matches = [(record, recipe) for record, recipe in recipes if recipe.name == name]
    if len(matches) == 1:
        return matches[0][1].path
    if matches:
        origins = " and ".join(f"plugin {record.name} ({record.origin})" for record, _ in matches)
        message = f"{name}: {origins} both offer a recipe of this name; run its file: {matches[0][1].path}"
        raise ConfigError(message)
    # os.path, because pathlib fails on a name that is too long to be a file's.
    if os.path.isdir(name):  # noqa: PTH112
        message = f"{name}: this is a folder; expected a TOML file or the name of a recipe"
        raise ConfigError(message)
    hint = did_you_mean(name, (recipe.name for _, recipe in recipes), otherwise="known recipes")
    file = f"; for a file, write ./{name}" if os.path.exists(name) else ""  # noqa: PTH110
    if broken := registry.broken:
        reasons = "; ".join(broken)
        message = f"{name}: no such recipe is loaded; it may belong to a plugin that is not: {reasons}; or {hint}{file}"
        raise PluginError(message)
    message = f"{name}: no such recipe; {hint}{file}"
    raise ConfigError(message)


def build_architecture(
    name: str,
    *,
    image_shape: tuple[int, int, int],
    num_classes: int,
    seed: int = 0,
    registry: Registry | None = None,
    **params: Any,
) -> keras.Model:
    """Return one plain, untrained Keras model: images float32 in [0, 1] to float32 logits.

    Args:
        name: The architecture: ``"basic-cnn"``.
        image_shape: ``(height, width, channels)``.
        num_classes: The number of logits.
        seed: Of the initial weights.
        registry: The plugins it may come from; by default the built-in and the installed ones.
        **params: The architecture's parameters.

    Raises:
        ConfigError: no such architecture, or its parameters or the other arguments are wrong.
        PluginError: the architecture breaks its contract.
    """
    from pydantic import ValidationError

    from sightkit.contracts import ArchitectureTask
    from sightkit.runs.network import build_network
    from sightkit.toml.messages import problems_from
    from sightkit.toml.problems import TomlError
    from sightkit.use import Use

    check_task(image_shape, num_classes=num_classes, seed=seed)
    registry = registry or Registry()
    values = as_toml_value(params)
    try:
        found = registry.catalogue.find(Architecture[Any], name)
        use = Use(found, validate_params(found, values, registry.catalogue), name)
    except UnknownComponentError as error:
        message = f"architecture {name!r}: {error.message}"
        raise ConfigError(message) from None
    except ValidationError as error:
        place = Tree.of(values, Origin("build_architecture", Path.cwd()))
        raise TomlError(problems_from(error, place, found.component.params)) from None
    # Nothing is known of the images: zero mean and unit deviation leave them as they are.
    channels = image_shape[2]
    task = ArchitectureTask(
        image_shape=image_shape,
        num_classes=num_classes,
        channel_mean=(0.0,) * channels,
        channel_std=(1.0,) * channels,
    )
    return build_network(use, task, seed=seed).model


def check_task(image_shape: Sequence[object], *, num_classes: object, seed: object) -> None:
    """Refuse what no architecture can be built for.

    Raises:
        ConfigError: which argument it is.
    """
    if len(image_shape) != 3 or not all(isinstance(side, int) and side >= 1 for side in image_shape):
        message = f"image_shape: expected (height, width, channels), each at least 1, found {image_shape!r}"
        raise ConfigError(message)
    if not isinstance(num_classes, int) or num_classes < 1:
        message = f"num_classes: expected a whole number of at least 1, found {num_classes!r}"
        raise ConfigError(message)
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        message = f"seed: expected a whole number of at least 0 and below 2**32, found {seed!r}"
        raise ConfigError(message)
