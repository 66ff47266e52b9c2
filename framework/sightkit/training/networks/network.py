"""From what an architecture built to the one Keras model that is trained, checked against the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightkit.contracts import Network
from sightkit.errors import PluginError

if TYPE_CHECKING:
    import keras

PROBABILITIES = frozenset({"softmax", "sigmoid"})


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """What an architecture built, as one model.

    Attributes:
        model: From float32 images ``(batch, height, width, channels)`` in [0, 1] to float32 logits
            ``(batch, classes)``.
        network: The three parts that it is made of, where the architecture named them.
    """

    model: keras.Model
    network: Network | None

    def with_frozen_backbone(self) -> keras.Model:
        """Return a model with the same weights whose backbone never runs as in training: no dropout, no new statistics.

        A model without parts is returned as it is.
        """
        return self.model if self.network is None else frozen_backbone(self.network, self.model.input_shape[1:])


def frozen_backbone(network: Network, image_shape: tuple[int, ...]) -> keras.Model:
    """Return a model of a network's parts whose backbone never runs as in training.

    Not a functional model: one that is called with ``training=True`` calls all its parts with it, even those that were
    connected with ``training=False``.
    """
    import keras

    class FrozenBackbone(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__(name="network")
            self.backbone, self.pooling, self.head = network.backbone, network.pooling, network.head

        def call(self, images: Any, training: bool = False) -> Any:
            features = self.pooling(self.backbone(images, training=False), training=False)
            return self.head(features, training=training)

    model = FrozenBackbone()
    model(keras.Input(image_shape, dtype="float32"))
    return model


def assemble(built: Network | keras.Model, *, image_shape: tuple[int, int, int], num_classes: int) -> Classifier:
    """Return what an architecture built, checked and put together.

    Call it under the same `seeded_build` as the architecture's own build: a model without variables so far gets them
    here.

    Args:
        built: What the architecture returned. A plain model is kept itself, not a copy.
        image_shape: ``(height, width, channels)``.
        num_classes: The number of logits.

    Raises:
        PluginError: the parts don't fit together, or the output isn't float32 logits of the right shape.
    """
    import keras

    images = keras.Input(image_shape, dtype="float32", name="images")
    if isinstance(built, Network):
        parts = [built.backbone, built.pooling, built.head]
    elif isinstance(built, keras.Model):
        parts = [built]
    else:
        message = f"the architecture returned {built!r}; expected a sightkit Network or a keras.Model"
        raise PluginError(message)
    logits = images
    for part in parts:
        logits = connect(part, logits)
    check_logits(logits, parts[-1], num_classes=num_classes)
    if isinstance(built, Network):
        return Classifier(model=keras.Model(images, logits, name="network"), network=built)
    return Classifier(model=built, network=None)


def connect(part: keras.Model, inputs: Any) -> Any:
    """Return what ``part`` makes of symbolic ``inputs``.

    Raises:
        PluginError: it does not accept them.
    """
    try:
        return part(inputs)
    except (ValueError, TypeError) as error:
        message = (
            f"the model {part.name!r} of the architecture does not accept {describe(inputs)}: {reason(error)}; "
            "build it for the image_shape of its task"
        )
        raise PluginError(message) from error


def reason(error: Exception) -> str:
    """Return in one line what Keras says is wrong, which it writes in bold between the place and a list of tensors."""
    bold = re.search(r"\x1b\[1m(.*?)\x1b\[0m", str(error), re.DOTALL)
    return " ".join((bold[1] if bold else str(error)).split())


def check_logits(logits: Any, last: keras.Model, *, num_classes: int) -> None:
    """Refuse an output that isn't one float32 logit a class."""
    expected = f"expected float32 logits of shape (batch, {num_classes})"
    if getattr(logits, "shape", None) != (None, num_classes):
        message = f"the architecture's output is {describe(logits)}; {expected}; use task.num_classes in the last layer"
        raise PluginError(message)
    if logits.dtype != "float32":
        message = f'the architecture\'s output is {describe(logits)}; {expected}; give the last layer dtype="float32"'
        raise PluginError(message)
    if (activation := final_activation(last)) in PROBABILITIES:
        message = (
            f"the architecture ends in {activation}, which makes probabilities; {expected}, because losses and "
            "metrics apply the softmax themselves; remove that activation"
        )
        raise PluginError(message)


def final_activation(model: keras.Model) -> str | None:
    """Return the name of the function that makes the model's output, where it is an activation."""
    import keras

    operation: Any = model
    while isinstance(operation, keras.Model):
        inner = getattr(operation, "operations", None) or operation.layers
        if not inner:
            return None
        operation = inner[-1]
    activation = getattr(operation, "activation", None)
    return getattr(activation, "__name__", None) or type(operation).__name__.lower()


def describe(value: Any) -> str:
    """Return the dtype and shape of a symbolic tensor, in words."""
    if not hasattr(value, "shape"):
        return repr(value)
    sizes = ", ".join("batch" if size is None else str(size) for size in value.shape)
    return f"{value.dtype} of shape ({sizes})"
