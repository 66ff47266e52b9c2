"""An experiment as Python holds it: change it, check it, prepare its images, run it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.config.layer import apply_overrides
from sightkit.config.overrides import Override, parse_overrides, python_overrides
from sightkit.config.tree import Tree
from sightkit.contracts import ImageSource
from sightkit.experiment.in_memory import OwnArchitecture, WithOwn
from sightkit.experiment.resolve import default_uses, resolve
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.stage_tables import implied_uses
from sightkit.paths import absolute
from sightkit.registry.registry import Registry
from sightkit.toml.problems import Problem

if TYPE_CHECKING:
    import keras

    from sightkit.images import PreparedData
    from sightkit.runs.course.epoch import Epoch
    from sightkit.runs.display import Display
    from sightkit.runs.rates.result import RateSearch
    from sightkit.runs.record.run import Run


class Experiment:
    """An experiment: values from files, overrides and Python, and the plugins that it may name.

    Made by `load`; never changed, `override` returns another one.

    Attributes:
        tree: Its values, each with its origin.
        registry: The plugins that it may name.
        source: Images that are in this process, in the place of its dataset, if they were handed over.
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
        self.source = source
        self._architecture = architecture
        self._problems = tuple(problems)

    def __getstate__(self) -> dict[str, Any]:
        """Let another process validate the values itself: settings hold components of the plugins that loaded here."""
        return {key: value for key, value in vars(self).items() if key != "settings"}

    def __repr__(self) -> str:
        return f"Experiment({self.tree.data.get('name', 'experiment')!r})"

    def _repr_html_(self) -> str:
        from sightkit.errors import SightkitError
        from sightkit.experiment.text import toml_text, written
        from sightkit.notebook import source

        try:
            return source(toml_text(written(self.settings)))
        except SightkitError as error:
            return source(str(error))

    def override(self, values: Mapping[str, Any]) -> Experiment:
        """Return this experiment with some values changed.

        Args:
            values: Dotted keys and their values: ``{"optimizer.learning_rate": 3e-4}``. What is wrong with them is told
                with everything else when the experiment is used.
        """
        problems: list[Problem] = []
        return self._with_overrides(python_overrides(values, problems), problems)

    def override_words(self, assignments: Sequence[str], *, unset: Sequence[str] = ()) -> Experiment:
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
            tree, registry=self.registry, source=self.source, architecture=self._architecture, problems=problems
        )

    @cached_property
    def settings(self) -> ExperimentSettings:
        """The validated settings, complete with defaults.

        Raises:
            ConfigError: everything that is wrong, each with its place.
        """
        lookup = WithOwn(self.registry.catalogue, self.source, self._architecture)
        return resolve(self.tree, lookup, list(self._problems))

    def check(self) -> None:
        """Make sure that the experiment is valid, its files are there and no extension refuses it; without TensorFlow.

        Raises:
            ConfigError: everything that is wrong, each with its place.
            PluginError: a plugin that it needs failed.
        """
        from sightkit.runs.checked import checked_extensions

        checked_extensions(self)

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
        from sightkit.runs.data.prepare import prepare_data
        from sightkit.runs.display import Display

        return prepare_data(self.settings, cache=self._cache(cache_dir), display=display or Display())

    def build(self, *, cache_dir: Path | str | None = None, display: Display | None = None) -> keras.Model:
        """Return the network of the experiment, untrained, as a run would begin with it: one plain Keras model.

        Its images are prepared for that: their form and their classes decide its shape.

        Args:
            cache_dir: Where prepared images are kept, see `prepare`.
            display: Who watches; nobody by default.

        Raises:
            SightkitError: of a kind that says what went wrong.
        """
        from sightkit.runs.building.parts import build_parts
        from sightkit.training.devices.replicas import Replicas

        data = self.prepare(cache_dir=cache_dir, display=display)
        return build_parts(self.settings, data, Replicas()).model

    def _cache(self, wanted: Path | str | None) -> Path | None:
        from sightkit.runs.data.cache import cache_folder

        return None if self.source is not None and wanted is None else cache_folder(wanted)

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
        from sightkit.runs.execute import execute

        return execute(
            self.epochs(runs_dir=runs_dir, cache_dir=cache_dir, resume=resume, stop=stop, display=display, argv=argv)
        )

    def epochs(
        self,
        *,
        runs_dir: Path | str = "runs",
        cache_dir: Path | str | None = None,
        resume: bool = False,
        stop: Callable[[], bool] | None = None,
        display: Display | None = None,
        argv: Sequence[str] = (),
    ) -> Generator[Epoch, None, Run]:
        """Run the experiment step by step: a loop of yours gets each epoch, and nothing happens while it has it.

        After the last epoch the model is judged and the run finished, as by `run`; the run is that of each epoch, and
        what ``yield from`` returns. To leave the loop is to interrupt the run: ``resume=True`` goes on with it.

        Args:
            runs_dir: See `run`, as for the others.
            cache_dir: Where prepared images are kept.
            resume: Go on with the newest run that has not finished, if there is one.
            stop: Asked between the calls of the compiled loop.
            display: Who watches.
            argv: The command line, for the manifest.

        Yields:
            Each epoch that has ended.

        Raises:
            SightkitError: of a kind that says what went wrong.
        """
        from sightkit.runs.execute import epochs_of
        from sightkit.runs.record.finished import unfinished_run

        place, cache = absolute(runs_dir), self._cache(cache_dir)
        unfinished = unfinished_run(place / self.settings.name) if resume else None
        return epochs_of(
            self, runs_dir=place, unfinished=unfinished, cache=cache, stop=stop, display=display, argv=argv
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
        from sightkit.runs.execute import epochs_of, execute

        path, cache = absolute(folder), self._cache(cache_dir)
        return execute(
            epochs_of(
                self, runs_dir=path.parent.parent, unfinished=path, cache=cache, stop=stop, display=display, argv=argv
            )
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
