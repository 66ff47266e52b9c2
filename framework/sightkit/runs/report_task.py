"""What the reports of a run are told: what its folder holds, its images where they are at hand, its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sightkit.contracts import ReportTask
from sightkit.runs.folder import Run

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.images import PreparedData


def report_task(run: Run, *, data: PreparedData | None, model: Callable[[], keras.Model | None]) -> ReportTask:
    """Return what the reports of a run are built for.

    Args:
        run: It has its scores and the predictions of each split.
        data: The images that it was made with; ``None`` where they are not at hand.
        model: Returns the trained model, ``None`` where it can't be had; not called before a report asks.

    Raises:
        StorageError: a file of the run can't be read.
    """
    manifest = run.manifest
    # Predictions stand in the order of the rows of their split.
    rows_of = {} if data is None else {str(split): rows for split, rows in data.splits.items()}

    def pictures(split: str, rows: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        return None if data is None else data.images[rows_of[split][rows]]

    return ReportTask(
        classes=tuple(manifest["data"]["classes"]),
        experiment=manifest["experiment"],
        scores=run.scores,
        history=run.history,
        manifest=manifest,
        data=run.data,
        settings=run.settings_text,
        pictures=pictures,
        model=model,
    )
