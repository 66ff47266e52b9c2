"""One execution of an experiment, from its data to its reports, and what becomes of it when something goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit

from sightkit.contracts import Predictions
from sightkit.errors import InterruptedRunError, SightkitError, StorageError
from sightkit.experiment.text import toml_text, written
from sightkit.files import write_json, write_text
from sightkit.runs.checked import checked_extensions
from sightkit.runs.course.calibrate import calibrate, refuse_without_validation
from sightkit.runs.course.epoch import Epoch
from sightkit.runs.course.fit import Fitted, fit
from sightkit.runs.course.workers import chief_first, end_together, refuse_other_work, shared_folder, start_replicas
from sightkit.runs.data.prepare import prepare_data
from sightkit.runs.data.report import data_document
from sightkit.runs.display import Display
from sightkit.runs.execution import Execution
from sightkit.runs.judging.judge import predict_split, write_reports
from sightkit.runs.judging.metrics import Metrics, build_metrics, scores_of
from sightkit.runs.judging.report_task import report_task
from sightkit.runs.record.folder import DATA, RESOLVED, make_folders, only_writer
from sightkit.runs.record.manifest import now, without_secrets
from sightkit.runs.record.run import Run
from sightkit.runs.record.unchanged import refuse_changes, refuse_other_data
from sightkit.training.devices.cluster import cluster_for

if TYPE_CHECKING:
    from sightkit.evaluation.predict import Predictor
    from sightkit.experiment.loaded import Loaded
    from sightkit.images import PreparedData


def execute(epochs: Generator[Epoch, None, Run]) -> Run:
    """Go through an execution to its end and return its run."""
    while True:
        try:
            next(epochs)
        except StopIteration as ended:
            run: Run = ended.value
            return run


def epochs_of(
    experiment: Loaded,
    *,
    runs_dir: Path,
    unfinished: Path | None,
    cache: Path | None,
    stop: Callable[[], bool] | None,
    display: Display | None,
    argv: Sequence[str],
) -> Generator[Epoch, None, Run]:
    """Run an experiment, yielding after each epoch, and return its run; nothing is written before its data is good.

    Whoever stops asking interrupts the run.

    Args:
        experiment: What is run.
        runs_dir: Where the folder of a new run is made.
        unfinished: The folder of a run of this experiment, to go on with it.
        cache: Where prepared images and features are kept, if anywhere.
        stop: Says whether somebody wants the training to stop.
        display: Who watches, if anybody.
        argv: The command line.

    Raises:
        SightkitError: of a kind that says what went wrong.
    """
    settings, display = experiment.settings, display or Display()
    extensions = checked_extensions(experiment)
    cluster = cluster_for(settings.training.distribution)
    with ExitStack() as held:
        if unfinished is not None:
            if cluster.is_chief:
                held.enter_context(only_writer(Run(unfinished).path))
                make_folders(unfinished)
            refuse_changes(unfinished, experiment)
        data = prepare_data(settings, cache=cache, display=display)
        refuse_without_validation(settings, data)
        if unfinished is not None:
            refuse_other_data(unfinished, data)
        display.building(settings.training)
        replicas = start_replicas(settings.training, cluster, display)
        refuse_other_work(replicas, settings, data, unfinished)
        folder = unfinished or shared_folder(replicas, runs_dir / settings.name)
        if unfinished is None and cluster.is_chief:
            held.enter_context(only_writer(folder))
        try:
            with chief_first(replicas, folder):
                if unfinished is None and cluster.is_chief:
                    begin(folder, experiment, data)
                execution = Execution(
                    experiment,
                    data=data,
                    extensions=extensions,
                    display=display,
                    folder=folder,
                    argv=argv,
                    stop=stop or (lambda: False),
                    replicas=replicas,
                    cache=cache,
                    resumed=unfinished is not None,
                )
            with recording_failure(execution):
                yield from carry_out(execution)
        except OSError as error:
            message = f"{error.filename or folder}: {error.strerror or error}"
            raise StorageError(message) from error
    return execution.run


def carry_out(execution: Execution) -> Generator[Epoch, None, None]:
    """Train, judge and report; the chief does the last two, where several processes train together."""
    start = time.perf_counter()
    run, settings, data = execution.run, execution.settings, execution.data
    counts = ", ".join(f"{len(rows):,} {name}" for name, rows in data.splits.items())
    execution.display.started(str(run.path), {"images": counts, "classes": str(data.num_classes)})
    if not execution.resumed:
        execution.journal.note(f"started: experiment {settings.name}, seed {settings.seed}")
        execution.journal.note(f"data: {counts} images, {data.num_classes} classes")
    if execution.replicas.is_chief:  # the others have the same images
        for finding in data.findings:
            execution.warn(finding.summary)
    execution.tell("sightkit_data_prepared", data=data)
    metrics = build_metrics(settings, data.classes)
    fitted = yield from fit(execution, metrics)
    if execution.replicas.is_chief:
        finish(execution, metrics, fitted, start=start)
    end_together(execution.replicas)


def finish(execution: Execution, metrics: Metrics, fitted: Fitted, *, start: float) -> None:
    """Judge a trained model and report."""
    run, data = execution.run, execution.data
    execution.manifest.update(model=fitted.describe())
    execution.journal.note(f"trained: the best epoch is {fitted.best_epoch}")
    temperature = calibrate(execution, fitted.predictor)
    predictions = predict(execution, fitted.predictor, temperature=temperature)
    scores = judge(execution, metrics, predictions)
    task = report_task(run, images=data.images, rows=data.splits, model=lambda: fitted.model, warn=execution.warn)
    texts = write_reports(execution.settings, task, predictions, run.path / "reports")
    execution.display.reported(texts)
    execution.manifest.update(
        state="finished",
        ended=now(),
        seconds=round(time.perf_counter() - start, 1),
        scores={split: {name: score["value"] for name, score in each.items()} for split, each in scores.items()},
    )
    execution.journal.note("finished")
    execution.tell("sightkit_run_finished")


def begin(folder: Path, experiment: Loaded, data: PreparedData) -> None:
    """Write what is known of a run before it trains; its manifest comes last: with it, the folder is a run."""
    write_text(folder / "experiment.toml", tomlkit.dumps(without_secrets(experiment.tree.data)))
    write_text(folder / RESOLVED, toml_text(without_secrets(written(experiment.settings))))
    write_json(folder / DATA, data_document(data))


def predict(execution: Execution, predictor: Predictor, *, temperature: float) -> dict[str, Predictions]:
    """Make and store the predictions of every split, those that matter first."""
    from sightkit.evaluation.store import save_predictions

    predictions: dict[str, Predictions] = {}
    for split in ("test", "validation", "train"):
        if (rows := execution.data.splits.get(split)) is not None:
            execution.display.judging(split)
            predictions[split] = predict_split(predictor, execution.data, rows, temperature=temperature)
            save_predictions(execution.run.path / "predictions" / f"{split}.npz", predictions[split])
    return predictions


def judge(
    execution: Execution, metrics: Metrics, predictions: Mapping[str, Predictions]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Score the predictions of every split, write scores.json and return what is in it."""
    from sightkit.evaluation.document import scores_document

    document = {}
    for split, each in predictions.items():
        scores = scores_of(metrics, each, seed=execution.settings.seed)
        execution.tell("sightkit_evaluated", split=split, scores=dict(scores))
        document[split] = scores_document(scores, classes=execution.data.classes, labels=each.labels)
    write_json(execution.run.path / "scores.json", document)
    return document


@contextmanager
def recording_failure(execution: Execution) -> Iterator[None]:
    """Write into the manifest and the log what ended a run, tell its extensions, and let the error go on."""
    try:
        yield
    except BaseException as error:
        meant = isinstance(error, InterruptedRunError) or not isinstance(error, Exception)
        state = "interrupted" if meant else "failed"
        described = told(error)
        # A disk that failed the run fails its record too: the first error is the one to tell.
        with suppress(StorageError):
            execution.journal.note(f"{state}: {described}")
            execution.manifest.update(state=state, ended=now(), error=described)
        with suppress(StorageError):
            execution.tell("sightkit_run_failed", error=error)
        raise


def told(error: BaseException) -> str:
    """Return what a record says of what ended a run."""
    if isinstance(error, GeneratorExit):
        return "the program that drove it left it after an epoch"
    return str(error) if isinstance(error, SightkitError) else f"{type(error).__name__}: {error}".rstrip(": ")
