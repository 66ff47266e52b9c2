"""albumentations: the transforms of that library, applied to each image under its own seed."""

from __future__ import annotations

import difflib
import inspect
import os
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from sightkit import Augmentation, AugmentationTask, BuildError, Params, Pointwise, hookimpl, per_image

if TYPE_CHECKING:
    import albumentations
    import numpy as np
    from numpy.typing import NDArray


class Transform(Params):
    """One transform; its other keys are arguments of the class, which checks them itself."""

    model_config = ConfigDict(extra="allow")

    transform: str = Field(description="The name of a transform of Albumentations, such as CLAHE.")
    p: float = Field(0.5, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


class AlbumentationsParams(Params):
    """Parameters of ``[[augmentations]] use = "albumentations"``."""

    transforms: tuple[Transform, ...] = Field(
        min_length=1, description="What is done, in this order; a table for each, with its arguments as further keys."
    )


def build_albumentations(params: AlbumentationsParams, task: AugmentationTask) -> Pointwise:
    """Return the transforms as one augmentation.

    Raises:
        BuildError: there is no such transform, its arguments are wrong, or it doesn't fit images of this shape.
    """
    # On import it would ask the internet for a newer version of itself.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations

    transforms = [made(transform, f"transforms.{place}") for place, transform in enumerate(params.transforms)]
    for wanted, transform in zip(params.transforms, transforms, strict=True):
        try_out(wanted.transform, transform, task)
    pipeline = albumentations.Compose(transforms)

    def change(image: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        pipeline.set_random_seed(seed)  # else it would draw from a state of its own, in whatever order it is called
        changed: NDArray[np.float32] = pipeline(image=image)["image"]
        return changed

    return per_image(change)


def made(wanted: Transform, place: str) -> albumentations.BasicTransform:
    """Return a transform of the library.

    Raises:
        BuildError: it has none of this name, or that one refuses its arguments.
    """
    import albumentations

    known = {
        name: each
        for name, each in vars(albumentations).items()
        if isinstance(each, type) and issubclass(each, albumentations.ImageOnlyTransform | albumentations.DualTransform)
    }
    if wanted.transform not in known:
        message = f"albumentations: {place}.transform: no such transform: {wanted.transform!r}"
        raise BuildError(message + suggestion(wanted.transform, known))
    arguments = {"p": wanted.p, **{name: as_tuples(value) for name, value in (wanted.model_extra or {}).items()}}
    accepted = inspect.signature(known[wanted.transform]).parameters
    for name in arguments.keys() - accepted.keys():
        message = f"albumentations: {place}: {wanted.transform} knows no argument {name!r}"
        raise BuildError(message + suggestion(name, accepted))
    try:
        return known[wanted.transform](**arguments)
    except (TypeError, ValueError) as error:
        message = f"albumentations: {place}: {wanted.transform} refuses its arguments: {error}"
        raise BuildError(message) from error


def try_out(name: str, transform: albumentations.BasicTransform, task: AugmentationTask) -> None:
    """Apply a transform to a black image, so that one that doesn't fit is told before training.

    Raises:
        BuildError: it fails, or changes the image's shape.
    """
    import numpy as np

    try:
        shape = transform(image=np.zeros(task.image_shape, np.float32), force_apply=True)["image"].shape
    except Exception as error:
        message = f"albumentations: {name} fails on images of shape {task.image_shape}: {error}; take another one"
        raise BuildError(message) from error
    if shape != task.image_shape:
        message = f"albumentations: {name}: expected images to stay {task.image_shape}, found {shape}"
        raise BuildError(f"{message}; take it out, and see [images] size")


def suggestion(word: str, known: Any) -> str:
    """Return the nearest of the names that there are, or all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    return f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(sorted(known))}"


def as_tuples(value: Any) -> Any:
    """Return a value of TOML as the library wants it: ranges are tuples."""
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


@hookimpl
def sightkit_augmentations() -> list[Augmentation[AlbumentationsParams]]:
    """Offer the transforms of Albumentations."""
    return [
        Augmentation(
            name="albumentations",
            summary="Transforms of Albumentations.",
            params=AlbumentationsParams,
            build=build_albumentations,
            requires=("albumentations>=2.0.8,<2.1",),
        )
    ]
