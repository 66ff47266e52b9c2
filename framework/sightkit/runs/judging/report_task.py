"""What the reports of a run are told: what its folder holds, its images where they are at hand, its model."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from sightkit.contracts import ReportTask
from sightkit.runs.record.run import Run

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.evaluation.explain.grad_cam import GradCam
    from sightkit.images import PreparedData


def report_task(
    run: Run,
    *,
    data: PreparedData | None,
    model: Callable[[], keras.Model | None],
    warn: Callable[[str], None],
) -> ReportTask:
    """Return what the reports of a run are built for.

    Args:
        run: It has its scores and the predictions of each split.
        data: The images that it was made with; ``None`` where they are not at hand.
        model: Returns the trained model, ``None`` where it can't be had; not called before a report asks.
        warn: Is told what reports have to do without.

    Raises:
        StorageError: a file of the run can't be read.
    """
    import numpy as np

    manifest = run.manifest
    # Predictions stand in the order of the rows of their split.
    rows_of = {} if data is None else {str(split): rows for split, rows in data.splits.items()}

    def pictures(split: str, rows: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        return None if data is None else data.images[rows_of[split][rows]]

    @cache
    def grad_cam() -> GradCam | None:
        from sightkit.evaluation.explain.grad_cam import GradCam

        trained = model()
        return None if trained is None else GradCam(trained)

    def heat_maps(split: str, rows: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        from sightkit.evaluation.explain.colours import laid_over

        if data is None or (draw := grad_cam()) is None:
            return None
        own = rows_of[split][rows]
        try:
            heats = draw(data.images, own)
        except Exception as error:  # a way back through anybody's layers; what it raises costs heat maps, not the run
            warn(f"reports show no heat maps: {error}")
            return None
        pairs = zip(data.images[own], heats, strict=True)
        return np.stack([laid_over(pixels, heat) for pixels, heat in pairs])

    return ReportTask(
        classes=tuple(manifest["data"]["classes"]),
        experiment=manifest["experiment"],
        scores=run.scores,
        history=run.history,
        manifest=manifest,
        data=run.data,
        settings=run.settings_text,
        pictures=pictures,
        heat_maps=heat_maps,
        model=model,
    )
