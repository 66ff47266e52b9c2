"""Whether what a network gives may be any number, found by giving it other weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.layers import leaves
from sightkit.training.networks.network import final_activation

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

DRAWS = 4
LARGE = 1000.0
"""The size of the numbers in a last kernel with which an activation behind it gives its extremes."""
CROWDED = 0.25
"""In what part of the images several logits at the same extreme are no coincidence."""
ENOUGH = 10.0
"""Logits that may be that far apart express nearly every probability: such bounds do no harm."""
POOLED = ("pool", "mean")
"""Networks that end in an average may have a ReLU before it, as SqueezeNet has: Iandola et al., 2016."""


def bound_of(model: keras.Model, last: keras.Model, images: NDArray[np.float32]) -> str:
    """Return what bounds the logits of a model, in words; empty if nothing does, or nothing can be said.

    A linear layer gives numbers of any size and either sign when its kernel is drawn anew; behind a ReLU, a sigmoid or
    a hyperbolic tangent, many of them are the very same extreme.

    Args:
        model: From images to logits; its weights are put back.
        last: The part of it that gives the logits, or the model itself.
        images: float32 ``(n, height, width, channels)``.
    """
    kernels = last_kernels(model)
    drawn = [logits for logits in redrawn(model, kernels, images) if np.isfinite(logits).all()]
    if not drawn:
        return ""
    made = np.concatenate(drawn)
    low, high = float(made.min()), float(made.max())
    nearly = 1e-6 * (high - low)
    lowest, highest = made <= low + nearly, made >= high - nearly
    if low == high or not (crowded(lowest) or crowded(highest)):
        return ""
    if min(np.count_nonzero(lowest), np.count_nonzero(highest)) > len(images):  # of one class, images may be alike
        return "" if high - low > ENOUGH else f"between {low:.4g} and {high:.4g}"
    if any(word in (final_activation(last) or "") for word in POOLED):
        return ""
    return f"never below {low:.4g}" if crowded(lowest) else f"never above {high:.4g}"


def last_kernels(model: keras.Model) -> Sequence[Any]:
    """Return the trainable variables with two axes or more of the last layer that has some."""
    kernels: Sequence[Any] = ()
    for layer in leaves(model):
        kernels = [each for each in layer.trainable_variables if len(each.shape) > 1] or kernels
    return kernels


def redrawn(model: keras.Model, kernels: Sequence[Any], images: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield the logits with several draws of large kernels."""
    random = np.random.default_rng(0)
    with kept(kernels):
        for _ in range(DRAWS):
            for kernel in kernels:
                kernel.assign(random.normal(0, LARGE, kernel.shape).astype(np.float32))
            yield model(images, training=False).numpy()


@contextmanager
def kept(variables: Sequence[Any]) -> Iterator[None]:
    """Put the values of variables back afterwards."""
    values = [variable.numpy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def crowded(extreme: NDArray[np.bool_]) -> bool:
    """Say whether many images have several logits at an extreme; a log-softmax has one at its largest, and may."""
    return float((extreme.sum(axis=1) > 1).mean()) > CROWDED
