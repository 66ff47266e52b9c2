"""What runs must have in common to be compared: classes, and the images that they are judged on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.errors import ConfigError
from sightkit.paths import short
from sightkit.runs.evaluating.kept import PREDICTIONS, kept_evaluations
from sightkit.runs.evaluating.split import load_stored
from sightkit.runs.record.finished import refuse_unfinished
from sightkit.runs.record.unchanged import NOT_TOLD, stored_experiment
from sightkit.toml.document import dotted

if TYPE_CHECKING:
    from sightkit.contracts import Predictions
    from sightkit.runs.record.run import Run

REMEDY = (
    "runs can be compared on the same images only: judge each of them on the same data (sightkit evaluate RUN --data "
    "OTHER), and compare them with --split NAME, what that evaluation is called"
)


def check_runs(runs: Sequence[Run]) -> None:
    """Refuse runs that there is no comparing of.

    Raises:
        ConfigError: fewer than two, one of them twice, one that has not finished, or other classes.
    """
    if len(runs) < 2:
        message = f"expected at least two runs to compare, found {len(runs)}"
        raise ConfigError(message)
    places: set[Path] = set()
    for run in runs:
        if (place := run.path.resolve()) in places:
            message = f"{short(run.path)}: expected every run once, found this one twice"
            raise ConfigError(message)
        places.add(place)
        refuse_unfinished(run)
    for other in runs[1:]:
        check_classes(runs[0], other)


def check_classes(first: Run, other: Run) -> None:
    """Refuse runs of other classes."""
    from sightkit.images.checks import named

    classes, others = first.classes, other.classes
    if classes == others:
        return
    sides = ((first, missing(classes, others)), (other, missing(others, classes)))
    told = [f"only {short(run.path)} knows {named(only)}" for run, only in sides if only]
    what = "; ".join(told) or "they are the same in another order"
    paths = f"{short(first.path)} and {short(other.path)}"
    message = f"{paths}: expected runs of the same classes, found other ones: {what}"
    raise ConfigError(message)


def missing(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the names that are not among the others."""
    known = set(others)
    return [name for name in names if name not in known]


def predictions_of(run: Run, split: str | None) -> tuple[str, Predictions]:
    """Return the stored predictions of a split, or of an evaluation of other data by that name.

    Raises:
        ConfigError: the run has none of this name.
        StorageError: they can't be read.
    """
    return load_stored(run, files_of(run), split)


def predictions_beside(first: Run, other: Run, split: str) -> Predictions:
    """Return the stored predictions that another run has of a split of the first; raises as `predictions_of` does."""
    files = files_of(other)
    if split not in files:
        has = f"those of {', '.join(sorted(files))}" if files else "none"
        message = f"{other.path}: expected predictions of {split!r}, which {first.path} has, found {has}; {REMEDY}"
        raise ConfigError(message)
    return load_stored(other, files, split)[1]


def files_of(run: Run) -> dict[str, Path]:
    """Return the stored predictions of each split of a run, and of each evaluation of other data."""
    evaluations = {folder.name: folder / PREDICTIONS for folder, _ in kept_evaluations(run.path)}
    return evaluations | {file.stem: file for file in (run.path / "predictions").glob("*.npz")}


def same_images(first: Run, predictions: Predictions, other: Run, others: Predictions, *, split: str) -> Predictions:
    """Return the second predictions in the order of the first.

    Raises:
        ConfigError: they are of other images, or the images have other labels.
    """
    import numpy as np

    if set(predictions.ids) != set(others.ids):
        raise ConfigError(other_images(first, predictions, other, others, split=split))
    if predictions.ids != others.ids:
        place = {name: row for row, name in enumerate(others.ids)}
        order = np.array([place[name] for name in predictions.ids])
        others = replace(
            others, ids=predictions.ids, labels=others.labels[order], probabilities=others.probabilities[order]
        )
    rows = np.flatnonzero(predictions.labels != others.labels)
    if len(rows):
        row, classes = int(rows[0]), first.classes
        label, label_there = (classes[each.labels[row]] for each in (predictions, others))
        message = (
            f"{first.path} and {other.path}: expected the same labels, found others for {len(rows):,} of "
            f"{len(predictions.ids):,} images of the {split} split: {predictions.ids[row]!r} is {label!r} in the first "
            f"and {label_there!r} in the second; the data must have changed in between: {REMEDY}"
        )
        raise ConfigError(message)
    return others


def other_images(first: Run, predictions: Predictions, other: Run, others: Predictions, *, split: str) -> str:
    """Return the message for splits of other images, with why they are others where that can be told."""
    sides = (missing(predictions.ids, others.ids), missing(others.ids, predictions.ids))
    told = [
        f"{len(only):,} only in the {where}, such as {only[0]!r}"
        for only, where in zip(sides, ("first", "second"), strict=True)
        if only
    ]
    common = len(predictions.ids) - len(sides[0])
    return (
        f"{first.path} and {other.path}: their {split} splits differ: {common:,} images are in both, "
        f"{' and '.join(told)}{reason(first, other)}; {REMEDY}"
    )


def reason(first: Run, other: Run) -> str:
    """Return why two runs have other splits, as far as their folders say it."""
    if first.manifest["data"]["fingerprint"] != other.manifest["data"]["fingerprint"]:
        return "; they were trained on other data"
    if (seed := split_seed(first)) != (there := split_seed(other)):
        return (
            f"; their splits were drawn with the seeds {seed} and {there}: runs that are to be compared need the same "
            '"seed" in [split], which leaves their own seeds free'
        )
    return "; [split] says something else in them"


def split_seed(run: Run) -> int:
    """Return the seed that divided the images of a run."""
    stored = stored_experiment(run.path)
    seed: int = stored.get("split", {}).get("seed", run.manifest["seed"])
    return seed


def differing_settings(runs: Sequence[Run]) -> dict[str, tuple[Any, ...]]:
    """Return the keys of the experiments that are not the same in all runs, each with its value in every run.

    A value that a run doesn't have is ``None``. Names, notes of recipes and what only changes reports are left out.
    """
    tables = [dict(flat({k: v for k, v in stored_experiment(run.path).items() if k not in LEFT_OUT})) for run in runs]
    keys = sorted({key for table in tables for key in table})
    values = {key: tuple(table.get(key, NOT_TOLD) for table in tables) for key in keys}
    return {
        key: tuple(None if each is NOT_TOLD else each for each in row)
        for key, row in values.items()
        if any(each != row[0] for each in row)
    }


LEFT_OUT = frozenset({"schema", "name", "recipe", "metrics", "reports"})


def flat(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every value of a table with its dotted key; an array is one value."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, (*path, key))
        else:
            yield dotted((*path, key)), value
