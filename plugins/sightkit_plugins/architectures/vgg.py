"""VGG: plain stacks of 3x3 convolutions (Simonyan & Zisserman 2015); from keras.applications."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

DIGESTS = {16: "6d6bbae143d832006294945121d1f1fc", 19: "253f8cb515780f3b799900260a226db6"}


class VGGParams(PretrainedParams):
    """Parameters of ``[architecture] use = "vgg"``."""

    depth: Literal[16, 19] = Field(16, description="Layers with weights, of which the last three are not used here.")


def build_vgg(params: VGGParams, task: ArchitectureTask) -> Network:
    """Return the convolutions of a VGG; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures._published import Published
    from sightkit_plugins.architectures._scaling import to_centred_bgr

    return build_pretrained(
        "vgg",
        params,
        task,
        make=getattr(applications, f"VGG{params.depth}"),
        scale=to_centred_bgr,
        published=Published(
            file=f"vgg{params.depth}_weights_tf_dim_ordering_tf_kernels_notop.h5",
            folder=f"tensorflow/keras-applications/vgg{params.depth}",
            digest=DIGESTS[params.depth],
        ),
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[VGGParams]]:
    """Offer VGG."""
    return [
        Architecture(
            name="vgg", summary="VGG 16 or 19, pretrained on ImageNet; large.", params=VGGParams, build=build_vgg
        )
    ]
