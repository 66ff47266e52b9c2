"""What an experiment asks of any optimizer: how gradients are clipped, and which weights decay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from sightkit.errors import PluginError

if TYPE_CHECKING:
    import keras

Decay: TypeAlias = Literal["kernels", "all"]
"""What ``decay`` of ``[training]`` may be."""


def set_up(
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
    *,
    clip_norm: float | None = None,
    decay: Decay = "kernels",
) -> None:
    """Tell a fresh optimizer how it is to treat gradients and weights; Keras does the work.

    Args:
        optimizer: Not built yet.
        variables: What it will change.
        clip_norm: The largest norm of all gradients together; ``None`` for any.
        decay: Whether weight decay is for everything or for kernels only, that is for what has two axes or more: not
            for biases and the scales and offsets of normalisation layers.

    Raises:
        PluginError: it has been built for other variables.
    """
    if optimizer.built:
        message = f"the optimizer {type(optimizer).__name__} is built already; expected a fresh one for each stage"
        raise PluginError(message)
    if clip_norm is not None:
        optimizer.global_clipnorm = clip_norm
    if decay == "kernels":
        optimizer.exclude_from_weight_decay(var_list=[each for each in variables if len(each.shape) < 2])
