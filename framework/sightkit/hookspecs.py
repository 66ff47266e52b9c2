"""Every hook: the whole surface by which plugins extend sightkit.

*Collecting hooks* are called once, when a plugin is loaded, and return descriptors; they must be light. *Run hooks*
are methods of the objects that extensions build; they are called while a run goes on, only for the extensions that
the experiment names in ``[[extensions]]``. Neither may be wrapped (pluggy's ``wrapper=True``): a plugin adds to what
others offer and never replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import keras

    from sightkit.api import Experiment
    from sightkit.component import (
        Architecture,
        Augmentation,
        Dataset,
        Extension,
        Loss,
        Metric,
        Optimizer,
        Recipe,
        Report,
        Schedule,
    )
    from sightkit.contracts import Score
    from sightkit.images import PreparedData
    from sightkit.runs.record.run import Run

PROJECT = "sightkit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin, or a method of an extension, as the implementation of a hook."""


# Collecting hooks ----------------------------------------------------------------------------------------------------


@hookspec
def sightkit_datasets() -> Iterable[Dataset[Any]]:
    """Offer datasets: where images and labels come from."""


@hookspec
def sightkit_augmentations() -> Iterable[Augmentation[Any]]:
    """Offer augmentations: random changes to training images."""


@hookspec
def sightkit_architectures() -> Iterable[Architecture[Any]]:
    """Offer architectures: networks from images float32 ``(batch, height, width, channels)`` in [0, 1] to logits."""


@hookspec
def sightkit_optimizers() -> Iterable[Optimizer[Any]]:
    """Offer optimizers: Keras optimizers over a plain learning-rate variable."""


@hookspec
def sightkit_schedules() -> Iterable[Schedule[Any]]:
    """Offer schedules: functions from a step of the stage, counted from 0, to a learning rate."""


@hookspec
def sightkit_losses() -> Iterable[Loss[Any]]:
    """Offer losses: functions from one-hot labels and logits to one loss a sample."""


@hookspec
def sightkit_metrics() -> Iterable[Metric[Any]]:
    """Offer metrics: functions from labels ``(n,)`` and probabilities ``(n, classes)`` to a `Score`."""


@hookspec
def sightkit_reports() -> Iterable[Report[Any]]:
    """Offer reports: files made from the stored predictions of a run."""


@hookspec
def sightkit_extensions() -> Iterable[Extension[Any]]:
    """Offer extensions: objects whose methods are the run hooks below."""


@hookspec
def sightkit_recipes() -> Iterable[Recipe]:
    """Offer recipes: experiments that ship inside the plugin, as TOML files."""


# Run hooks -----------------------------------------------------------------------------------------------------------


@hookspec
def sightkit_experiment_checked(experiment: Experiment) -> None:
    """Look at an experiment that was found valid, before anything is read or written.

    Args:
        experiment: The experiment; ``experiment.settings`` are its validated settings.

    Raises:
        SightkitError: to refuse the experiment. ``sightkit run`` and ``sightkit check`` exit with its code.
    """


@hookspec
def sightkit_data_prepared(run: Run, data: PreparedData) -> None:
    """Look at the prepared images and splits, before the model is built.

    Args:
        run: The run; its folder exists.
        data: Images uint8 ``(n, height, width, channels)``, labels int64 ``(n,)`` and the indices of each split.
    """


@hookspec
def sightkit_model_built(run: Run, model: keras.Model) -> None:
    """Look at the model before training; float32 images in [0, 1] to float32 logits.

    Args:
        run: The run.
        model: The model, with its initial weights.
    """


@hookspec
def sightkit_callbacks(run: Run) -> Iterable[keras.callbacks.Callback]:
    """Offer Keras callbacks for training. Batch hooks fire once a call of the compiled loop, not once a batch.

    Args:
        run: The run.
    """


@hookspec
def sightkit_epoch_ended(run: Run, epoch: int, logs: Mapping[str, float]) -> None:
    """Look at the numbers of an epoch.

    Args:
        run: The run.
        epoch: Counted from 1.
        logs: The row of ``history.csv``: ``loss``, ``accuracy``, ``learning_rate``, ``seconds``,
            ``images_per_second`` and, where there is a validation split, ``validation_loss`` and ``validation_METRIC``
            for each metric.
    """


@hookspec
def sightkit_evaluated(run: Run, split: str, scores: Mapping[str, Score]) -> None:
    """Look at the scores of a split after training, with the best weights.

    Args:
        run: The run.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        scores: The score of each metric by its name, with intervals.
    """


@hookspec
def sightkit_run_finished(run: Run) -> None:
    """Look at a run that finished: everything it leaves behind is written.

    Args:
        run: The run.
    """


@hookspec
def sightkit_run_failed(run: Run, error: BaseException) -> None:
    """Look at a run that failed or was interrupted, before the error goes on to the caller.

    Args:
        run: The run; the manifest already says that it failed.
        error: What ended it.
    """
