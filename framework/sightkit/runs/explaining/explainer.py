"""`Explainer`: what the network of a finished run looks at in any images, from the run's folder alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import ConfigError, DataError
from sightkit.evaluation.explain.feature_maps import MapLayer, map_layers
from sightkit.evaluation.explain.grad_cam import GradCam
from sightkit.evaluation.predict import Predictor, softmax
from sightkit.images.decoding.stream import DecodedBatch, DecodedStream
from sightkit.runs.prediction.form import trained
from sightkit.runs.prediction.inputs import AnyImages, items_of
from sightkit.toml.problems import did_you_mean
from sightkit.training.devices.host import require_tensorflow_backend

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.images.decoding.stream import Item
    from sightkit.runs.record.run import Run

AT_ONCE = 32
"""So many images are explained at a time, at most."""


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
    predictions: tuple[tuple[str, float], ...]
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
        self._temperature = about.temperature
        self._at_once = at_once
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
        return DecodedStream(items, self._form, rows=self._at_once)

    def explanations(
        self, images: DecodedBatch, *, top: int = 1, label: int | None = None
    ) -> Iterator[Explanation | DataError]:
        """Yield the explanation of each image, or what is wrong with it.

        Args:
            images: As `decoded` returns them.
            top: How many of the most probable classes are explained.
            label: Only this class is.

        Raises:
            ConfigError: the model has no feature maps.
        """
        probabilities = softmax(self._predictor.logits(images.pixels), temperature=self._temperature)
        labels = (-probabilities).argsort(axis=1, kind="stable")[:, :top]
        if label is not None:
            labels = np.full((len(labels), 1), label)
        heat = self._heat(images.pixels, labels)
        for row, name in enumerate(images.ids):
            if row in images.problems:
                yield DataError(f"{name}: {images.problems[row]}")
            elif not np.isfinite(probabilities[row]).all():
                yield DataError(f"{name}: the model's logits are not finite; nothing like this image was in its data")
            else:
                chosen = tuple((self.classes[each], float(probabilities[row, each])) for each in labels[row])
                yield Explanation(name, images.pixels[row], chosen, heat[row])

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

    def _heat(self, pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> NDArray[np.float32]:
        count, top = labels.shape
        heat = self._grad_cam(None)(pixels, np.arange(count).repeat(top), classes=labels.ravel())
        return heat.reshape(count, top, *heat.shape[1:])

    def _grad_cam(self, layer: str | None) -> GradCam:
        if layer not in self._grad_cams:
            self._grad_cams[layer] = GradCam(self.model, layer=layer, batch_size=self._at_once)
        return self._grad_cams[layer]

    @cached_property
    def _predictor(self) -> Predictor:
        return Predictor(self.model, batch_size=self._at_once)
