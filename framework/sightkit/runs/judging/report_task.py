"""What the reports of a run are told: what its folder holds, its images where they are at hand, its model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
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


class AtHand:
    """The images of a run as its reports ask for them: by split, and by their place among its predictions.

    Args:
        images: All of them.
        rows: Which of them are in each split, in the order of its predictions.
        model: Returns the trained model, ``None`` where it can't be had; not called before heat maps are asked for.
        warn: Is told what reports have to do without.
    """

    def __init__(
        self,
        images: ImageArray,
        rows: Mapping[Any, NDArray[np.int64]],
        *,
        model: Callable[[], keras.Model | None],
        warn: Callable[[str], None],
    ) -> None:
        self._images = images
        self._rows = rows
        self._model = model
        self._warn = warn

    def pictures(self, split: str, predicted: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return images uint8 ``(n, height, width, channels)``."""
        return self._images[self._rows[split][predicted]]

    def heat_maps(self, split: str, predicted: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        """Return the same with Grad-CAM's heat maps laid over them, where they can be made."""
        import numpy as np

        from sightkit.evaluation.explain.colours import laid_over

        if self._grad_cam is None:
            return None
        try:
            heats = self._grad_cam(self._images, self._rows[split][predicted])
        except Exception as error:  # a way back through anybody's layers; what it raises costs heat maps, not the run
            self._warn(f"reports show no heat maps: {error}")
            return None
        pairs = zip(self.pictures(split, predicted), heats, strict=True)
        return np.stack([laid_over(pixels, heat) for pixels, heat in pairs])

    @cached_property
    def _grad_cam(self) -> GradCam | None:
        from sightkit.evaluation.explain.grad_cam import GradCam

        trained = self._model()
        return None if trained is None else GradCam(trained)


def nothing(_split: str, _predicted: NDArray[np.int64]) -> None:
    """Stand for pictures where there are no images."""


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
    manifest, data = run.manifest, run.data
    at_hand = None if images is None else AtHand(images, rows, model=model, warn=warn)
    return ReportTask(
        classes=tuple(manifest["data"]["classes"]),
        experiment=manifest["experiment"],
        scores={**run.scores, **(scores or {})},
        history=run.history,
        manifest=manifest,
        data={**data, "images_per_class": {**data.get("images_per_class", {}), **(counts or {})}},
        settings=run.settings_text,
        notes=notes,
        pictures=nothing if at_hand is None else at_hand.pictures,
        heat_maps=nothing if at_hand is None else at_hand.heat_maps,
        model=model,
    )
