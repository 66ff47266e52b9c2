"""The reports of a run on other data than its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.runs.data.report import make
from sightkit.runs.judging.judge import write_reports
from sightkit.runs.judging.report_task import loading, report_task

if TYPE_CHECKING:
    from sightkit.experiment import ExperimentSettings
    from sightkit.images.labelled import LabelledImages
    from sightkit.runs.display import Display
    from sightkit.runs.evaluating.result import Evaluation
    from sightkit.runs.record.run import Run


def write_reports_of(
    run: Run,
    evaluation: Evaluation,
    images: LabelledImages,
    settings: ExperimentSettings,
    *,
    folder: Path,
    display: Display,
) -> list[Path]:
    """Let every report write its files on an evaluation, as if that were a split of the run, and return the files.

    Args:
        run: The run.
        evaluation: What was found on the images.
        images: Those of the evaluation.
        settings: Which reports.
        folder: Where they go; made if need be.
        display: Told what the reports have for the terminal.

    Raises:
        PluginError: a report failed.
        StorageError: the folder can't be made, or a file of the run can't be read.
    """
    import numpy as np

    name = evaluation.name
    counts = np.bincount(evaluation.predictions.labels, minlength=len(evaluation.classes)).tolist()
    task = report_task(
        run,
        images=images.images,
        rows={name: images.rows},
        scores={name: evaluation.document()},
        counts={name: counts},
        notes=evaluation.notes,
        model=loading(run, display),
        warn=display.warn,
    )
    make(folder)
    display.reported(write_reports(settings, task, {name: evaluation.predictions}, folder))
    return sorted(path for path in folder.rglob("*") if path.is_file())
