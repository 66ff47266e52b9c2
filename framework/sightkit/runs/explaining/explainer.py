"""`Explainer`: what the network of a finished run looks at in any images, from the run's folder alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sightkit.errors import ConfigError, DataError
from sightkit.evaluation.explain.feature_maps import MapLayer, map_layers
from sightkit.evaluation.explain.grad_cam import GradCam
from sightkit.runs.prediction.form import trained
from sightkit.runs.prediction.inputs import AnyImages, items_of
from sightkit.runs.prediction.predictor import RunPredictor
from sightkit.toml.problems import did_you_mean
from sightkit.training.devices.host import require_tensorflow_backend

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.images.decoding.stream import DecodedBatch, DecodedStream, Item
    from sightkit.runs.prediction.result import ImagePrediction
    from sightkit.runs.record.run import Run

AT_ONCE = 32
"""So many images are explained at a time, at most."""

Predicted: TypeAlias = tuple[tuple[str, float], ...]
"""Classes and their probabilities."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What a network says about an image, and where in it it sees that.

    Attributes:
        name: The path of the image.
        pixels: The image as the network sees it, uint8 ``(height, width, channels)``.
        predictions: The classes that are explained, with their probabilities.
        heat: What speaks for each of them, float32 in [0, 1], ``(classes, height, width)``.
    """

    name: str
    pixels: NDArray[np.uint8]
    predictions: Predicted
    heat: NDArray[np.float32]


class Explainer:
    """Explains what the network of a run makes of images.

    Args:
        run: A finished one.
        at_once: Images a call of the network.

    Attributes:
        classes: The class names, in label order; untrusted text.
        deterministic: Whether the run asked TensorFlow for deterministic operations.

    Raises:
        ConfigError: the run hasn't finished.
        StorageError: a file of it is missing or damaged.
    """

    def __init__(self, run: Run, *, at_once: int = AT_ONCE) -> None:
        about = trained(run)
        self.classes = about.classes
        self.deterministic = about.deterministic
        self._run = run
        self._form = about.form
        self._at_once = at_once
        self._predictor = RunPredictor(run, at_once=at_once)
        self._grad_cams: dict[str | None, GradCam] = {}

    @cached_property
    def model(self) -> keras.Model:
        """The run's model."""
        require_tensorflow_backend()
        return self._run.model

    @cached_property
    def layers(self) -> list[MapLayer]:
        """The layers that make feature maps, from the images to the logits.

        Raises:
            ConfigError: there is none.
        """
        return map_layers(self.model, self._form.shape)

    def label(self, name: str) -> int:
        """Return the label of a class.

        Raises:
            ConfigError: there is none of this name.
        """
        if name not in self.classes:
            message = f'"{name}": no such class; {did_you_mean(name, self.classes, otherwise="classes")}'
            raise ConfigError(message)
        return self.classes.index(name)

    def decoded(self, items: Iterable[Item]) -> DecodedStream:
        """Return images as the network sees them, in batches; to be closed."""
        return self._predictor.decoded(items)

    def explanations(
        self,
        images: DecodedBatch,
        predictions: Sequence[ImagePrediction] | None = None,
        *,
        top: int = 1,
        label: int | None = None,
        layer: str | None = None,
    ) -> Iterator[Explanation | DataError]:
        """Yield the explanation of each image, or what is wrong with it.

        Args:
            images: As `decoded` yields them, or more of them.
            predictions: What is said of each, if somebody has asked the model already.
            top: How many of the most probable classes are explained.
            label: Only this class is.
            layer: Whose feature maps are looked at, by name; by default `best_layer`.

        Raises:
            ConfigError: the model has no feature maps, or the layer has none.
        """
        if predictions is None:
            predictions = self._predictor.predictions(images)
        for start in range(0, len(predictions), self._at_once):
            some = slice(start, start + self._at_once)
            pixels, told = images.pixels[some], predictions[some]
            chosen = {row: explained(each, top, label) for row, each in enumerate(told) if each.error is None}
            heat = self._heat(pixels, chosen, layer)
            for row, each in enumerate(told):
                if row in chosen:
                    yield Explanation(each.id, pixels[row], chosen[row], heat[row])
                else:
                    yield DataError(f"{each.id}: {each.error}")

    def heat_maps(
        self, images: AnyImages, *, classes: str | Sequence[str] | None, layer: str | None
    ) -> NDArray[np.float32]:
        """Return heat maps of images, see `Run.explain`."""
        with self.decoded(items_of(images)) as decoded:
            batches = list(decoded)
        for batch in batches:
            for row, problem in batch.problems.items():
                message = f"{batch.ids[row]}: {problem}"
                raise DataError(message)
        pixels = np.concatenate([np.zeros((0, *self._form.shape), np.uint8), *(batch.pixels for batch in batches)])
        grad_cam = self._grad_cam(layer)
        if classes is None:
            return grad_cam(pixels)
        names = [classes] * len(pixels) if isinstance(classes, str) else list(classes)
        if len(names) != len(pixels):
            message = (
                f"classes: expected one for each of the {len(pixels):,} images, or one for all; found {len(names):,}"
            )
            raise ConfigError(message)
        return grad_cam(pixels, classes=np.array([self.label(name) for name in names], np.int64))

    def _heat(
        self, pixels: NDArray[np.uint8], chosen: Mapping[int, Predicted], layer: str | None
    ) -> dict[int, NDArray[np.float32]]:
        """Return the heat maps of the classes that were chosen for some rows, float32 ``(classes, height, width)``."""
        if not chosen:
            return {}
        labels = np.array([[self.classes.index(name) for name, _ in classes] for classes in chosen.values()])
        rows = np.array(list(chosen)).repeat(labels.shape[1])
        heat = self._grad_cam(layer)(pixels, rows, classes=labels.ravel())
        return dict(zip(chosen, heat.reshape(*labels.shape, *heat.shape[1:]), strict=True))

    def _grad_cam(self, layer: str | None) -> GradCam:
        if layer not in self._grad_cams:
            self._grad_cams[layer] = GradCam(self.model, layer=layer, batch_size=self._at_once)
        return self._grad_cams[layer]


def explained(prediction: ImagePrediction, top: int, label: int | None) -> Predicted:
    """Return the classes of a prediction that are explained, with their probabilities."""
    if label is None or prediction.probabilities is None:
        return tuple(prediction.top(top))
    return ((prediction.classes[label], float(prediction.probabilities[label])),)
