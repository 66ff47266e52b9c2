"""Inception v3 (Szegedy et al. 2016) and Inception-ResNet v2 (Szegedy et al. 2017); from keras.applications."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

MEMBERS = {
    "v3": ("InceptionV3", "inception_v3", "bcbd6486424b2319ff4ef7d526e38f63"),
    "resnet-v2": ("InceptionResNetV2", "inception_resnet_v2", "d19885ff4a710c122648d3b5c3b684e4"),
}
"""What keras.applications calls each variant, what its files do, and the digest of its weights."""


class InceptionParams(PretrainedParams):
    """Parameters of ``[architecture] use = "inception"``."""

    variant: Literal["v3", "resnet-v2"] = Field("v3", description="v3; or resnet-v2: with shortcuts, much larger.")


def build_inception(params: InceptionParams, task: ArchitectureTask) -> Network:
    """Return an Inception network; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures._published import Published
    from sightkit_plugins.architectures._scaling import to_plus_minus_one

    member, file, digest = MEMBERS[params.variant]
    return build_pretrained(
        "inception",
        params,
        task,
        make=getattr(applications, member),
        scale=to_plus_minus_one,
        published=Published(
            file=f"{file}_weights_tf_dim_ordering_tf_kernels_notop.h5",
            folder=f"tensorflow/keras-applications/{file}",
            digest=digest,
        ),
        smallest=75,
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[InceptionParams]]:
    """Offer Inception."""
    return [
        Architecture(
            name="inception",
            summary="Inception v3 or Inception-ResNet v2, pretrained on ImageNet.",
            params=InceptionParams,
            build=build_inception,
        )
    ]
