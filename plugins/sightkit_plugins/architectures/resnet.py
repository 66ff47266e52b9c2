"""ResNet, version 1 (He et al. 2016) and version 2 (He et al. 2016, "Identity Mappings"); from keras.applications."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

DIGESTS = {
    "resnet50": "4d473c1dd8becc155b73f8504c6f6626",
    "resnet101": "88cf7a10940856eca736dc7b7e228a21",
    "resnet152": "ee4c566cf9a93f14d82f913c2dc6dd0c",
    "resnet50v2": "fac2f116257151a9d068a22e544a4917",
    "resnet101v2": "c0ed64b8031c3730f411d2eb4eea35b5",
    "resnet152v2": "ed17cf2e0169df9d443503ef94b23b33",
}


class ResNetParams(PretrainedParams):
    """Parameters of ``[architecture] use = "resnet"``."""

    version: Literal[1, 2] = Field(1, description="1: activation after the addition; 2: before each convolution.")
    depth: Literal[50, 101, 152] = Field(50, description="Layers with weights.")


def build_resnet(params: ResNetParams, task: ArchitectureTask) -> Network:
    """Return a ResNet; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures._published import Published
    from sightkit_plugins.architectures._scaling import to_centred_bgr, to_plus_minus_one

    member = f"ResNet{params.depth}{'V2' if params.version == 2 else ''}"
    return build_pretrained(
        "resnet",
        params,
        task,
        make=getattr(applications, member),
        scale=to_centred_bgr if params.version == 1 else to_plus_minus_one,
        published=Published(
            file=f"{member.lower()}_weights_tf_dim_ordering_tf_kernels_notop.h5",
            folder="tensorflow/keras-applications/resnet",
            digest=DIGESTS[member.lower()],
        ),
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[ResNetParams]]:
    """Offer ResNet."""
    return [
        Architecture(
            name="resnet",
            summary="ResNet 50, 101 or 152, version 1 or 2, pretrained on ImageNet.",
            params=ResNetParams,
            build=build_resnet,
        )
    ]
