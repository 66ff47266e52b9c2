"""One execution of an experiment, from its data to its reports, and what becomes of it when something goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit

from sightkit.contracts import Predictions
from sightkit.errors import SightkitError, StorageError
from sightkit.experiment.text import toml_text, written
from sightkit.files import write_json, write_text
from sightkit.runs.data import prepare_data
from sightkit.runs.data_report import data_document
from sightkit.runs.display import Display
from sightkit.runs.execution import Execution
from sightkit.runs.extensions import Extensions
from sightkit.runs.fit import fit
from sightkit.runs.folder import DATA, Run, make_folder
from sightkit.runs.judge import build_metrics, predict_split, scores_of, write_reports
from sightkit.runs.manifest import now, without_secrets

if TYPE_CHECKING:
    from sightkit.api import Experiment
    from sightkit.contracts import MetricFunction
    from sightkit.evaluation.predict import Predictor


def execute(
    experiment: Experiment, *, runs_dir: Path, cache: Path | None, display: Display, argv: Sequence[str]
) -> Run:
    """Run an experiment and return its run; nothing is written before its data is known to be good.

    Raises:
        SightkitError: of a kind that says what went wrong.
    """
    settings = experiment.settings
    extensions = Extensions(settings)
    extensions.insist("sightkit_experiment_checked", experiment=experiment)
    data = prepare_data(settings, cache=cache, display=display)
    folder = make_folder(runs_dir, settings.name)
    try:
        execution = Execution(experiment, data=data, extensions=extensions, display=display, folder=folder, argv=argv)
        with recording_failure(execution):
            carry_out(execution)
    except OSError as error:
        message = f"{error.filename or folder}: {error.strerror or error}"
        raise StorageError(message) from error
    return execution.run


def carry_out(execution: Execution) -> None:
    """Train, judge and report."""
    start = time.perf_counter()
    run, settings, data = execution.run, execution.settings, execution.data
    write_text(run.path / "experiment.toml", tomlkit.dumps(without_secrets(execution.experiment.tree.data)))
    write_text(run.path / "resolved.toml", toml_text(without_secrets(written(settings))))
    execution.journal.note(f"started: experiment {settings.name}, seed {settings.seed}")
    counts = ", ".join(f"{len(rows):,} {name}" for name, rows in data.splits.items())
    execution.display.started(str(run.path), {"images": counts, "classes": str(data.num_classes)})
    execution.journal.note(f"data: {counts} images, {data.num_classes} classes")
    write_json(run.path / DATA, data_document(data))
    for finding in data.findings:
        execution.warn(finding.summary)
    execution.tell("sightkit_data_prepared", data=data)
    metrics = build_metrics(settings, data.classes)
    execution.display.building()
    fitted = fit(execution, metrics)
    execution.manifest.update(model=fitted.describe())
    execution.journal.note(f"trained: the best epoch is {fitted.best_epoch}")
    predictions = predict(execution, fitted.predictor)
    scores = judge(execution, metrics, predictions)
    texts = write_reports(settings, data.classes, predictions, run.path / "reports")
    execution.display.reported(texts)
    execution.manifest.update(
        state="finished",
        ended=now(),
        seconds=round(time.perf_counter() - start, 1),
        scores={split: {name: score["value"] for name, score in each.items()} for split, each in scores.items()},
    )
    execution.journal.note("finished")
    execution.tell("sightkit_run_finished")


def predict(execution: Execution, predictor: Predictor) -> dict[str, Predictions]:
    """Make and store the predictions of every split, those that matter first."""
    from sightkit.evaluation.store import save_predictions

    predictions: dict[str, Predictions] = {}
    for split in ("test", "validation", "train"):
        if (rows := execution.data.splits.get(split)) is not None:
            execution.display.judging(split)
            predictions[split] = predict_split(predictor, execution.data, rows)
            save_predictions(execution.run.path / "predictions" / f"{split}.npz", predictions[split])
    return predictions


def judge(
    execution: Execution, metrics: Mapping[str, MetricFunction], predictions: Mapping[str, Predictions]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Score the predictions of every split, write scores.json and return what is in it."""
    from sightkit.evaluation.scores import scores_document

    document = {}
    for split, each in predictions.items():
        scores = scores_of(metrics, each, seed=execution.settings.seed)
        execution.tell("sightkit_evaluated", split=split, scores=dict(scores))
        document[split] = scores_document(scores, classes=execution.data.classes)
    write_json(execution.run.path / "scores.json", document)
    return document


@contextmanager
def recording_failure(execution: Execution) -> Iterator[None]:
    """Write into the manifest and the log what ended a run, tell its extensions, and let the error go on."""
    try:
        yield
    except BaseException as error:
        state = "failed" if isinstance(error, Exception) else "interrupted"
        described = str(error) if isinstance(error, SightkitError) else f"{type(error).__name__}: {error}".rstrip(": ")
        # A disk that failed the run fails its record too: the first error is the one to tell.
        with suppress(StorageError):
            execution.journal.note(f"{state}: {described}")
            execution.manifest.update(state=state, ended=now(), error=described)
        with suppress(StorageError):
            execution.tell("sightkit_run_failed", error=error)
        raise
