"""What the reports of a run are told: what its folder holds, its images where they are at hand, its model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sightkit.contracts import ReportTask
from sightkit.errors import ArtefactError
from sightkit.experiment.settings import TrainingSettings
from sightkit.runs.record.run import Run
from sightkit.runs.record.unchanged import stored_experiment

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.evaluation.explain.grad_cam import GradCam
    from sightkit.images.prepared import ImageArray
    from sightkit.runs.display import Display


def loading(run: Run, display: Display) -> Callable[[], keras.Model | None]:
    """Return what loads the model of a run when it is first asked for; ``None`` and a warning where it can't be had."""
    deterministic = stored_experiment(run.path)["training"]["deterministic"]

    @cache
    def model() -> keras.Model | None:
        display.building(TrainingSettings(deterministic=deterministic))
        try:
            return run.model
        except ArtefactError as error:
            display.warn(f"reports are made without the model: {error}")
            return None

    return model


def report_task(
    run: Run,
    *,
    images: ImageArray | None,
    rows: Mapping[Any, NDArray[np.int64]],
    model: Callable[[], keras.Model | None],
    warn: Callable[[str], None],
    scores: Mapping[str, Any] | None = None,
    counts: Mapping[str, list[int]] | None = None,
    notes: Sequence[str] = (),
) -> ReportTask:
    """Return what the reports of a run are built for.

    Args:
        run: It has its scores and the predictions of each split.
        images: Those that reports are about; ``None`` where they are not at hand.
        rows: Which of them are in each split, in the order of its predictions.
        model: Returns the trained model, ``None`` where it can't be had; not called before a report asks.
        warn: Is told what reports have to do without.
        scores: Of other data, beside those of the run, by what it is called.
        counts: How many images of each class are in it, in the same way.
        notes: What a reader of its scores has to know of it.

    Raises:
        StorageError: a file of the run can't be read.
    """
    import numpy as np

    manifest = run.manifest
    data = run.data

    def pictures(split: str, predicted: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        return None if images is None else images[rows[split][predicted]]

    @cache
    def grad_cam() -> GradCam | None:
        from sightkit.evaluation.explain.grad_cam import GradCam

        trained = model()
        return None if trained is None else GradCam(trained)

    def heat_maps(split: str, predicted: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        from sightkit.evaluation.explain.colours import laid_over

        if images is None or (draw := grad_cam()) is None:
            return None
        own = rows[split][predicted]
        try:
            heats = draw(images, own)
        except Exception as error:  # a way back through anybody's layers; what it raises costs heat maps, not the run
            warn(f"reports show no heat maps: {error}")
            return None
        pairs = zip(images[own], heats, strict=True)
        return np.stack([laid_over(pixels, heat) for pixels, heat in pairs])

    return ReportTask(
        classes=tuple(manifest["data"]["classes"]),
        experiment=manifest["experiment"],
        scores={**run.scores, **(scores or {})},
        history=run.history,
        manifest=manifest,
        data={**data, "images_per_class": {**data.get("images_per_class", {}), **(counts or {})}},
        settings=run.settings_text,
        notes=notes,
        pictures=pictures,
        heat_maps=heat_maps,
        model=model,
    )
