"""Predictions, and what metrics and reports are built for and make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The value of a metric on a whole split.

    What a metric leaves out of its intervals, sightkit finds by resampling the split. An interval ``(nan, nan)`` says
    that there is none, and that none is to be looked for.

    Attributes:
        value: The metric itself; ``nan`` where it is not defined.
        higher_is_better: Which direction is better; ``monitor`` follows it.
        macro: Whether the value is a mean over classes that all weigh the same: its interval then rests on the smallest
            class, otherwise on all images.
        per_class: One value a class where the metric has them, in class order; ``nan`` where it is not defined.
        interval: The 95 % interval where the metric knows an analytic one.
        method: How that interval was found, in a word: ``"wilson"``.
        per_class_intervals: The same of each class, ``(low, high)`` in class order.
        per_class_method: How those were found.
    """

    value: float
    higher_is_better: bool = True
    macro: bool = False
    per_class: tuple[float, ...] | None = None
    interval: tuple[float, float] | None = None
    method: str | None = None
    per_class_intervals: tuple[tuple[float, float], ...] | None = None
    per_class_method: str | None = None


class MetricFunction(Protocol):
    """A metric on whole arrays, never an average of batches.

    It may also offer ``resampled(labels, probabilities, counts)``: intervals then cost a matrix product instead of 200
    calls. See `ResampledMetricFunction`.
    """

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score float64 ``probabilities`` of shape ``(n, classes)`` against int64 ``labels`` of shape ``(n,)``."""


class ResampledMetricFunction(MetricFunction, Protocol):
    """A metric that can score many resamples of a split at once."""

    def resampled(
        self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64], /
    ) -> NDArray[np.float64]:
        """Return the value on each resample, and those of the classes where their intervals are wanted too.

        Args:
            labels: int64 ``(n,)``.
            probabilities: float64 ``(n, classes)``.
            counts: int64 ``(resamples, n)``: how often each image was drawn.

        Returns:
            float64 ``(resamples,)``; or ``(resamples, 1 + classes)``: the value, then that of each class. ``nan`` where
            it is not defined.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricTask:
    """What a metric is built for.

    Attributes:
        classes: The class names, in label order.
    """

    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What the model said about every image of a split, in the order of the dataset's table.

    Attributes:
        ids: The sample ids, length ``n``.
        labels: int64 ``(n,)``.
        probabilities: float64 ``(n, classes)``; rows sum to one.
    """

    ids: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutput:
    """What a report made.

    Attributes:
        files: The files it wrote, the one to look at first.
        text: What the terminal shows at the end of a run; empty for nothing.
    """

    files: tuple[Path, ...]
    text: str = ""


ReportFunction: TypeAlias = "Callable[[Mapping[str, Predictions], Path], ReportOutput]"
"""``(predictions by split, folder) -> output``; writes files into ``folder``, which exists, and nowhere else."""


Pictures: TypeAlias = "Callable[[str, NDArray[np.int64]], NDArray[np.uint8] | None]"
"""``(split, rows of its predictions) -> images`` uint8 ``(n, height, width, 1 or 3)``, or ``None``."""


def not_at_hand(*_: object) -> None:
    """Stand for what a report can't have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTask:
    """What a report is built for: all that is known of a run when it is judged, and again at any time later.

    Only the first two are always there. What costs time is a function, and nothing is done before it is called; each
    returns ``None`` where it can't: when the report is made again, the images may be gone.

    Attributes:
        classes: The class names, in label order; untrusted text.
        experiment: The name of the experiment.
        scores: As in ``scores.json``: ``{split: {metric: {"value", "low", "high", ...}}}``.
        history: The rows of ``history.csv``, one an epoch.
        manifest: As in ``manifest.json``: what ran, with what, on which machine.
        data: As in ``data.json``: counts, sizes and findings.
        settings: The resolved experiment as TOML.
        notes: What a reader of the scores has to know of other data than the run's own: classes without images, images
            that were left out. In words that begin with a small letter; names in them are untrusted text.
        pictures: Returns images as the model sees them.
        heat_maps: Returns the images in grey under the colours of Grad-CAM, which say where in an image the model sees
            what speaks for the class that it predicts.
        model: Returns the trained model, from images float32 in [0, 1] to logits.
    """

    classes: tuple[str, ...]
    experiment: str
    scores: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    settings: str = ""
    notes: Sequence[str] = ()
    pictures: Pictures = not_at_hand
    heat_maps: Pictures = not_at_hand
    model: Callable[[], keras.Model | None] = not_at_hand
