"""ConvNeXt: a convolutional network with the habits of transformers (Liu et al. 2022); from keras.applications."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

MEMBERS = {
    "tiny": ("ConvNeXtTiny", "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1"),
    "small": ("ConvNeXtSmall", "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab"),
    "base": ("ConvNeXtBase", "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45"),
    "large": ("ConvNeXtLarge", "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd"),
    "xlarge": ("ConvNeXtXLarge", "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05"),
}
"""What keras.applications calls each variant, and the digest of its weights."""


class ConvNeXtParams(PretrainedParams):
    """Parameters of ``[architecture] use = "convnext"``."""

    variant: Literal["tiny", "small", "base", "large", "xlarge"] = Field(
        "tiny", description="Depth and width: 28, 49, 88, 196 or 348 million weights."
    )


def build_convnext(params: ConvNeXtParams, task: ArchitectureTask) -> Network:
    """Return a ConvNeXt; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures._published import Published
    from sightkit_plugins.architectures._scaling import by_imagenet_statistics

    member, digest = MEMBERS[params.variant]
    return build_pretrained(
        "convnext",
        params,
        task,
        # Its own scaling wants [0, 255], and is left out for grey images.
        make=partial(getattr(applications, member), include_preprocessing=False),
        scale=by_imagenet_statistics,
        published=Published(
            file=f"convnext_{params.variant}_notop.h5",
            folder="tensorflow/keras-applications/convnext",
            digest=digest,
        ),
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[ConvNeXtParams]]:
    """Offer ConvNeXt."""
    return [
        Architecture(
            name="convnext",
            summary="ConvNeXt tiny to xlarge, pretrained on ImageNet.",
            params=ConvNeXtParams,
            build=build_convnext,
        )
    ]
