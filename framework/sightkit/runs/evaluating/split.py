"""A split of a run judged again, from the predictions that the run stored; no model is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.errors import ConfigError, StorageError
from sightkit.files import write_json
from sightkit.runs.evaluating.result import Evaluation
from sightkit.runs.judging.metrics import build_metrics, scores_of
from sightkit.runs.record.finished import refuse_unfinished
from sightkit.runs.record.folder import only_writer
from sightkit.runs.record.manifest import Manifest
from sightkit.runs.record.run import Run
from sightkit.toml.problems import did_you_mean

if TYPE_CHECKING:
    from sightkit.contracts import Predictions
    from sightkit.experiment import ExperimentSettings

BY_WEIGHT = ("test", "validation", "train")
"""The splits of a run, those that say most about the model first."""


def evaluate_split(run: Run, split: str | None, settings: ExperimentSettings, *, own: bool) -> Evaluation:
    """Compute the scores of a split again.

    Args:
        run: The run, which has finished.
        split: Which; by default test images, or else validation or training images.
        settings: The metrics and the seed.
        own: Whether the metrics are the run's own, so that the scores take the place of those in ``scores.json``.

    Raises:
        ConfigError: the run has not finished or has no such split.
        PluginError: a metric failed.
        StorageError: the predictions can't be read, or the scores can't be written.
    """
    refuse_unfinished(run)
    name, predictions = stored_split(run, split)
    classes = run.classes
    scores = scores_of(build_metrics(settings, classes), predictions, seed=settings.seed)
    file = run.path / "scores.json"
    evaluation = Evaluation(
        run=run.path,
        name=name,
        classes=classes,
        predictions=predictions,
        scores=scores,
        files=(file,) if own else (),
    )
    if own:
        record(run, name, evaluation.document(), file)
    return evaluation


def stored_split(run: Run, split: str | None) -> tuple[str, Predictions]:
    """Return a split's name and its stored predictions; raises as `load_stored` does."""
    return load_stored(run, {file.stem: file for file in (run.path / "predictions").glob("*.npz")}, split)


def load_stored(run: Run, files: Mapping[str, Path], name: str | None) -> tuple[str, Predictions]:
    """Return the predictions of one of some files; by default of the split that says most about the model.

    Raises:
        ConfigError: the run has none of this name.
        StorageError: they can't be read, or there are none at all.
    """
    from sightkit.evaluation.store import load_predictions

    if not files:
        message = f"{run.path}: expected the predictions of a run, found none"
        raise StorageError(message)
    name = name or next((each for each in BY_WEIGHT if each in files), min(files))
    if name not in files:
        message = f"{run.path}: no split {name!r} here; {did_you_mean(name, files, otherwise='it has')}"
        raise ConfigError(message)
    return name, load_predictions(files[name], classes=len(run.classes))


def record(run: Run, split: str, document: Mapping[str, Any], file: Path) -> None:
    """Write the scores of a split into scores.json, and their values into the manifest, unless they stand there.

    So a run in a folder that can't be written to can be judged again, too.
    """
    written = scores_in(run)
    if written.get(split) == document:
        return
    with only_writer(run.path):
        write_json(file, {**written, split: document})
        manifest = run.manifest
        values = {name: score["value"] for name, score in document.items()}
        Manifest(run.path, {**manifest, "scores": {**manifest.get("scores", {}), split: values}})


def scores_in(run: Run) -> dict[str, Any]:
    """Return what scores.json holds; nothing where it is gone or damaged, since it can be made again."""
    try:
        return dict(run.scores)
    except StorageError:
        return {}
