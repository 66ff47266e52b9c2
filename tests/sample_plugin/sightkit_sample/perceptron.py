"""Perceptron: one hidden layer over all pixels, blind to where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Params, hookimpl

if TYPE_CHECKING:
    import keras


class PerceptronParams(Params):
    """Parameters of ``[architecture] use = "perceptron"``."""

    units: int = Field(64, ge=1, description="Width of the hidden layer.")


def build_perceptron(params: PerceptronParams, task: ArchitectureTask) -> keras.Model:
    """Return a model from images in [0, 1] to logits; it needs no `Network`, since nothing in it can be frozen."""
    import keras

    return keras.Sequential(
        [
            keras.Input(task.image_shape),
            keras.layers.Flatten(),
            keras.layers.Dense(params.units, activation="relu"),
            keras.layers.Dense(task.num_classes, dtype="float32"),
        ]
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[PerceptronParams]]:
    """Offer the perceptron."""
    return [
        Architecture(
            name="perceptron",
            summary="One hidden layer over all pixels.",
            params=PerceptronParams,
            build=build_perceptron,
        )
    ]
