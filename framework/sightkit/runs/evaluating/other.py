"""A run judged on other data than its own: images of its classes, predicted once, scored as often as anybody likes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.contracts import SPLIT_NAMES, ImageSource
from sightkit.errors import ConfigError, StorageError
from sightkit.experiment.resolve import name_from
from sightkit.experiment.settings import TrainingSettings
from sightkit.files import write_json
from sightkit.runs.evaluating.kept import ABOUT, PREDICTIONS, REPORTS, SCORES, free_folder, same_evaluation
from sightkit.runs.evaluating.reports import write_reports_of
from sightkit.runs.evaluating.result import Evaluation
from sightkit.runs.evaluating.source import open_source
from sightkit.runs.judging.judge import predict_split
from sightkit.runs.judging.metrics import build_metrics, scores_of
from sightkit.runs.prediction.form import Trained, trained
from sightkit.runs.record.folder import only_writer
from sightkit.runs.record.manifest import describe_machine, now

if TYPE_CHECKING:
    from sightkit.contracts import Predictions
    from sightkit.experiment import ExperimentSettings
    from sightkit.images.labelled import LabelledImages
    from sightkit.registry.registry import Registry
    from sightkit.runs.display import Display
    from sightkit.runs.record.run import Run

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def evaluate_other(
    run: Run,
    data: Path | ImageSource,
    settings: ExperimentSettings,
    *,
    registry: Registry,
    cache: Path | None,
    display: Display,
    split: str | None = None,
    name: str | None = None,
    skip_unknown: bool = False,
    skip_bad: bool = False,
) -> Evaluation:
    """Judge a run on other images; TensorFlow is only needed where nobody has predicted them yet.

    Args:
        run: The run, which has finished.
        data: A folder of class folders, a TOML file with a table ``[dataset]``, or images in this process.
        settings: The metrics, the seed, and the reports that are written, too; there may be none.
        registry: The plugins that the dataset may come from.
        cache: Where prepared images are kept; ``None`` keeps nothing.
        display: Who watches.
        split: Only the images that the data itself puts into this split; by default all.
        name: What the evaluation is called; by default like the data.
        skip_unknown: Leave out images of classes that the run doesn't know.
        skip_bad: Leave out images that can't be decoded, as ``images.on_bad_image`` of the run may say already.

    Raises:
        SightkitError: of a kind that says what went wrong.
    """
    check_name(name)
    model = trained(run)
    images = read_images(
        data,
        settings,
        model=model,
        registry=registry,
        cache=cache,
        display=display,
        split=split,
        skip_unknown=skip_unknown,
        skip_bad=skip_bad or settings.images.on_bad_image == "skip",
    )
    identity = {
        "fingerprint": images.fingerprint,
        "images_sha256": images.digest(),
        "weights_sha256": run.manifest["model"]["weights_sha256"],
    }
    like = "-".join(filter(None, [name_from(data.absolute()) if isinstance(data, Path) else "in-memory", split]))
    like = f"other-{like}" if like in SPLIT_NAMES else like
    notes = (*images.notes, *own_images(run, images))
    with only_writer(run.path):
        folder = same_evaluation(run.path, identity, name=name)
        if folder is None:
            folder = free_folder(run.path, name, like=like)
            store(folder, predict(run, model, images, display=display))
            write_json(folder / ABOUT, about(folder.name, data, images, identity=identity, split=split, notes=notes))
        evaluation = scored(run, folder, settings, classes=model.classes, notes=notes)
        if not settings.reports:
            return evaluation
        files = write_reports_of(run, evaluation, images, settings, folder=folder / REPORTS, display=display)
        return replace(evaluation, reports=tuple(files))


def check_name(name: str | None) -> None:
    """Refuse a name that is none for a folder."""
    if name is not None and not NAME.fullmatch(name):
        message = f'--name: expected letters, digits, ".", "_" and "-", a letter or digit first; found {name!r}'
        raise ConfigError(message)
    if name in SPLIT_NAMES:
        message = f"--name: {name} is what a split of the run is called; choose another name"
        raise ConfigError(message)


def read_images(
    data: Path | ImageSource,
    settings: ExperimentSettings,
    *,
    model: Trained,
    registry: Registry,
    cache: Path | None,
    display: Display,
    split: str | None,
    skip_unknown: bool,
    skip_bad: bool,
) -> LabelledImages:
    """Return the images in the form and under the labels of the run."""
    from sightkit.images.labelled import read_labelled

    source, maker = (data, None) if isinstance(data, ImageSource) else open_source(data, registry)
    return read_labelled(
        source,
        form=model.form,
        classes=model.classes,
        split=split,
        skip_unknown=skip_unknown,
        skip_bad=skip_bad,
        cache=None if settings.images.cache == "none" else cache,
        maker=maker,
        progress=display.preparing,
        waiting=display.waiting,
    )


def own_images(run: Run, images: LabelledImages) -> list[str]:
    """Return a warning where the images are those that the run was trained on."""
    if images.fingerprint != run.manifest["data"]["fingerprint"]:
        return []
    return ["these are the images of the run itself, those that it was trained on among them"]


def predict(run: Run, model: Trained, images: LabelledImages, *, display: Display) -> Predictions:
    """Return what the run's model says about the images."""
    from sightkit.evaluation.predict import Predictor

    display.building(TrainingSettings(deterministic=model.deterministic))
    predictor = Predictor(run.model)
    display.judging("other")
    return predict_split(predictor, images, images.rows, temperature=model.temperature)


def store(folder: Path, predictions: Predictions) -> None:
    """Write the predictions of an evaluation.

    Raises:
        StorageError: they can't be written.
    """
    from sightkit.evaluation.store import save_predictions

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder}: the evaluation cannot be written: {error.strerror or error}"
        raise StorageError(message) from error
    save_predictions(folder / PREDICTIONS, predictions)


def about(
    name: str,
    data: Path | ImageSource,
    images: LabelledImages,
    *,
    identity: dict[str, Any],
    split: str | None,
    notes: tuple[str, ...],
) -> dict[str, Any]:
    """Return what evaluation.json says: written last, it makes the folder an evaluation."""
    return {
        "schema": 1,
        "name": name,
        "data": str(data.absolute()) if isinstance(data, Path) else type(data).__name__,
        "split": split,
        "images": len(images.rows),
        "identity": identity,
        "notes": list(notes),
        "at": now(),
        **describe_machine(),
    }


def scored(
    run: Run, folder: Path, settings: ExperimentSettings, *, classes: tuple[str, ...], notes: tuple[str, ...]
) -> Evaluation:
    """Score the stored predictions of an evaluation and write the scores beside them."""
    from sightkit.evaluation.store import load_predictions

    predictions = load_predictions(folder / PREDICTIONS, classes=len(classes))
    evaluation = Evaluation(
        run=run.path,
        name=folder.name,
        classes=classes,
        predictions=predictions,
        scores=scores_of(build_metrics(settings, classes), predictions, seed=settings.seed),
        files=(folder / SCORES, folder / PREDICTIONS),
        notes=notes,
    )
    write_json(folder / SCORES, {folder.name: evaluation.document()})
    return evaluation
