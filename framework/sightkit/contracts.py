"""What components are given (tasks) and what they give back (sources, transforms, networks, scores).

Nothing here imports a heavy library: the types of NumPy, TensorFlow and Keras are named, not loaded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray

# A dataset -----------------------------------------------------------------------------------------------------------

SplitName: TypeAlias = Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The table of a dataset: one row an image, one column a field, all of the same length ``n``.

    Attributes:
        ids: A name for each image that is unique within the dataset and stable between machines, such as
            ``"cats/12.jpg"``. Messages, predictions and splits refer to images by it.
        labels: int64 of shape ``(n,)``; an index into the source's ``classes``.
        splits: The split each image belongs to where the source says so, ``None`` where it doesn't.
        groups: Images of one group (a patient, a burst of photos) never land in different splits; ``None``
            where an image belongs to no group.
    """

    ids: Sequence[str]
    labels: NDArray[np.int64]
    splits: Sequence[SplitName | None] | None = None
    groups: Sequence[str | None] | None = None


class ImageSource(ABC):
    """The images of a dataset, with their labels, before anything is decoded or resized.

    Attributes:
        classes: The class names; a label is an index into them. The order is part of the dataset.
        samples: The table of images.
        image_shape: ``(height, width, channels)`` where all images are known to share it without reading them.
        licence: The licence of the images, where known; an SPDX identifier if there is one.
        citation: How the authors want to be cited, where known.
    """

    classes: tuple[str, ...]
    samples: Samples
    image_shape: tuple[int, int, int] | None = None
    licence: str | None = None
    citation: str | None = None

    @abstractmethod
    def read(self, index: int) -> NDArray[np.uint8] | bytes | Path:
        """Return image ``index`` of the table; called from several threads at once.

        Returns:
            Pixels as uint8 of shape ``(height, width)``, ``(height, width, 1)`` or ``(height, width, 3)``; or an
            encoded image (JPEG, PNG, ...) as bytes or as the path of a file, which the core decodes.
        """

    @abstractmethod
    def fingerprint(self) -> str:
        """Return a hexadecimal digest that changes when any image, label or class name changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetTask:
    """What a dataset is built for.

    Attributes:
        seed: The experiment's seed, for datasets that are generated.
    """

    seed: int = 0


# An augmentation -----------------------------------------------------------------------------------------------------

Fill: TypeAlias = Literal["constant", "reflect", "nearest", "wrap"]


@dataclass(frozen=True, slots=True)
class Pointwise:
    """An augmentation that changes pixels where they are.

    Attributes:
        apply: ``(images, seeds) -> images``; images float32 ``(batch, height, width, channels)`` in [0, 1] both
            ways, seeds int32 ``(batch, 2)``, one pair an image: the only source of randomness.
    """

    apply: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True, slots=True)
class Geometric:
    """An augmentation that moves pixels. Neighbours in the list are composed into a single interpolation.

    Attributes:
        matrices: ``seeds -> (batch, 8)`` float32. The row ``(a, b, c, d, e, f, g, h)`` maps a point ``(x, y)`` of the
            *output* to the point ``((a x + b y + c) / k, (d x + e y + f) / k)`` of the *input*, ``k = g x + h y + 1``.
            Coordinates are in pixels from the centre of the image, x to the right and y down.
        fill: What lies outside the image, as in ``tf.raw_ops.ImageProjectiveTransformV3``; ``None`` where the
            augmentation never looks outside, so that it composes with any fill.
    """

    matrices: Callable[[tf.Tensor], tf.Tensor]
    fill: Fill | None = "constant"


@dataclass(frozen=True, slots=True)
class Mixing:
    """An augmentation that mixes the images of a batch and their labels.

    Attributes:
        apply: ``(images, labels, seeds) -> (images, labels)`` on the global batch; images and seeds as for
            `Pointwise`, labels float32 ``(batch, classes)`` whose rows sum to one both ways.
    """

    apply: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


Transform: TypeAlias = Pointwise | Geometric | Mixing


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationTask:
    """What an augmentation is built for.

    Attributes:
        image_shape: ``(height, width, channels)`` of the images it will see.
        num_classes: The width of one-hot labels.
    """

    image_shape: tuple[int, int, int]
    num_classes: int


# An architecture -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Network:
    """A classifier in the three parts that transfer learning treats differently.

    Attributes:
        backbone: images float32 ``(batch, height, width, channels)`` in [0, 1] to feature maps
            ``(batch, h, w, features)``; rescales its input to what its weights expect.
        pooling: feature maps to features ``(batch, features)``.
        head: features to float32 logits ``(batch, classes)``.
    """

    backbone: keras.Model
    pooling: keras.Model
    head: keras.Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureTask:
    """What an architecture is built for.

    Attributes:
        image_shape: ``(height, width, channels)``.
        num_classes: The number of logits.
        channel_mean: Mean of each channel over the training split, in [0, 1].
        channel_std: Standard deviation of each channel over the training split, in [0, 1].
    """

    image_shape: tuple[int, int, int]
    num_classes: int
    channel_mean: tuple[float, ...]
    channel_std: tuple[float, ...]


# An optimizer, a schedule, a loss ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerTask:
    """What an optimizer is built for.

    Attributes:
        total_steps: How many times it will be applied.
        steps_per_epoch: How many of these make an epoch.
    """

    total_steps: int
    steps_per_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTask:
    """What a schedule is built for.

    Attributes:
        learning_rate: The optimizer's own, which the schedule starts from.
        total_steps: Steps of the whole stage.
        steps_per_epoch: How many of these make an epoch.
    """

    learning_rate: float
    total_steps: int
    steps_per_epoch: int


ScheduleFunction: TypeAlias = Callable[[int], float]
"""The learning rate at a step of the stage, steps counted from 0; plain Python, called before the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossTask:
    """What a loss is built for.

    Attributes:
        num_classes: The width of one-hot labels and of logits.
    """

    num_classes: int


LossFunction: TypeAlias = "Callable[[tf.Tensor, tf.Tensor], tf.Tensor]"
"""``(labels, logits) -> losses``: float32 ``(batch, classes)`` twice to float32 ``(batch,)``, one a sample."""

# A metric, a report --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The value of a metric on a whole split.

    Attributes:
        value: The metric itself; ``nan`` where it is not defined.
        higher_is_better: Which direction is better; ``monitor`` follows it.
        per_class: One value a class where the metric has them, in class order; ``nan`` where it is not defined.
        interval: The 95 % interval where the metric knows an analytic one; else sightkit resamples.
    """

    value: float
    higher_is_better: bool = True
    per_class: tuple[float, ...] | None = None
    interval: tuple[float, float] | None = None


class MetricFunction(Protocol):
    """A metric on whole arrays, never an average of batches.

    It may also offer ``resampled(labels, probabilities, counts)`` with integer ``counts`` of shape
    ``(resamples, n)``, how often each sample was drawn, returning float64 ``(resamples,)``; intervals then cost a
    matrix product. See `ResampledMetricFunction`.
    """

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score float64 ``probabilities`` of shape ``(n, classes)`` against int64 ``labels`` of shape ``(n,)``."""


class ResampledMetricFunction(MetricFunction, Protocol):
    """A metric that can score many resamples of a split at once."""

    def resampled(
        self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64], /
    ) -> NDArray[np.float64]:
        """Return the value on each resample; ``counts`` int64 ``(resamples, n)`` to float64 ``(resamples,)``."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTask:
    """What a report is built for.

    Attributes:
        classes: The class names, in label order; untrusted text.
        experiment: The name of the experiment.
    """

    classes: tuple[str, ...]
    experiment: str


# An extension --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionTask:
    """What an extension is built for.

    Attributes:
        experiment: The name of the experiment.
        seed: The experiment's seed.
    """

    experiment: str
    seed: int
