"""Judging a trained model: predictions of every split, scores from the predictions, reports from both."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from sightkit.contracts import Predictions, ReportOutput, ReportTask
from sightkit.errors import DivergedError
from sightkit.experiment import ExperimentSettings
from sightkit.runs.building.build import blaming, build
from sightkit.runs.judging.output import checked_output
from sightkit.use import Use

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.evaluation.predict import Predictor
    from sightkit.images.prepared import ImageArray


DRAWING = threading.Lock()
"""One report at a time: what matplotlib is told to put back afterwards belongs to all runs of a process."""


class Labelled(Protocol):
    """Images with names and labels: of a run, or others."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The name of each image."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """int64 ``(n,)``."""

    @property
    def images(self) -> ImageArray:
        """uint8 ``(n, height, width, channels)``."""


def logits_of(predictor: Predictor, data: Labelled, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the logits of the images at ``rows``.

    Raises:
        DivergedError: some are not finite. The last step of a training shows only here what it made of the weights.
    """
    import numpy as np

    logits = predictor.logits(data.images, rows)
    ids = tuple(data.ids[row] for row in rows[~np.isfinite(logits).all(axis=1)].tolist())
    if ids:
        message = (
            f"training diverged: the model's logits of {len(ids):,} images are not finite, the first is {ids[0]}; "
            "expected finite numbers; lower the learning rate"
        )
        raise DivergedError(message, sample_ids=ids)
    return logits


def predict_split(
    predictor: Predictor, data: Labelled, rows: NDArray[np.int64], *, temperature: float = 1.0
) -> Predictions:
    """Return what the model says about the images at ``rows``; raises as `logits_of` does."""
    from sightkit.evaluation.predict import softmax

    labels, logits = data.labels[rows], logits_of(predictor, data, rows)
    probabilities = softmax(logits, temperature=temperature)
    labels.flags.writeable = probabilities.flags.writeable = False  # else a report could change what the next one sees
    return Predictions(ids=tuple(data.ids[row] for row in rows.tolist()), labels=labels, probabilities=probabilities)


def write_reports(
    settings: ExperimentSettings, task: ReportTask, predictions: Mapping[str, Predictions], folder: Path
) -> list[str]:
    """Let every report write its files and return their texts for the terminal.

    Raises:
        PluginError: a report failed or didn't keep the contract.
    """
    texts = [write_report(use, task, predictions, own_folder(folder, use)).text for use in settings.reports]
    return [text for text in texts if text]


def write_report(use: Use[Any], task: ReportTask, predictions: Mapping[str, Predictions], folder: Path) -> ReportOutput:
    """Let one report write its files into a folder and return what it made; raises as `write_reports` does."""
    report = build(use, task)
    with DRAWING, blaming(use, "failed while it wrote its files"):
        return checked_output(report(MappingProxyType(predictions), folder), use, folder)


def own_folder(folder: Path, use: Use[Any]) -> Path:
    """Return where a report writes: two of one component have names, and a folder each."""
    if use.label is None:
        return folder
    own = folder / use.label
    own.mkdir(exist_ok=True)
    return own
