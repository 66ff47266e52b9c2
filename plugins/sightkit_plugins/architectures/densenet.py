"""DenseNet: each layer sees the maps of all layers before it (Huang et al. 2017); from keras.applications."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

DIGESTS = {
    121: "30ee3e1110167f948a6b9946edeeb738",
    169: "b8c4d4c20dd625c148057b9ff1c1176b",
    201: "c13680b51ded0fb44dff2d8f86ac8bb1",
}


class DenseNetParams(PretrainedParams):
    """Parameters of ``[architecture] use = "densenet"``."""

    depth: Literal[121, 169, 201] = Field(121, description="Layers with weights.")


def build_densenet(params: DenseNetParams, task: ArchitectureTask) -> Network:
    """Return a DenseNet; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures._published import Published
    from sightkit_plugins.architectures._scaling import by_imagenet_statistics

    return build_pretrained(
        "densenet",
        params,
        task,
        make=getattr(applications, f"DenseNet{params.depth}"),
        scale=by_imagenet_statistics,
        published=Published(
            file=f"densenet{params.depth}_weights_tf_dim_ordering_tf_kernels_notop.h5",
            folder="tensorflow/keras-applications/densenet",
            digest=DIGESTS[params.depth],
        ),
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[DenseNetParams]]:
    """Offer DenseNet."""
    return [
        Architecture(
            name="densenet",
            summary="DenseNet 121, 169 or 201, pretrained on ImageNet.",
            params=DenseNetParams,
            build=build_densenet,
        )
    ]
