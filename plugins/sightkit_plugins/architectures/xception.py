"""Xception: depthwise separable convolutions with shortcuts (Chollet 2017); from keras.applications."""

from __future__ import annotations

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained


class XceptionParams(PretrainedParams):
    """Parameters of ``[architecture] use = "xception"``."""


def build_xception(params: XceptionParams, task: ArchitectureTask) -> Network:
    """Return an Xception; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures._published import Published
    from sightkit_plugins.architectures._scaling import to_plus_minus_one

    return build_pretrained(
        "xception",
        params,
        task,
        make=applications.Xception,
        scale=to_plus_minus_one,
        published=Published(
            file="xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
            folder="tensorflow/keras-applications/xception",
            digest="b0042744bf5b25fce3cb969f33bebb97",
        ),
        smallest=71,
    )


@hookimpl
def sightkit_architectures() -> list[Architecture[XceptionParams]]:
    """Offer Xception."""
    return [
        Architecture(
            name="xception", summary="Xception, pretrained on ImageNet.", params=XceptionParams, build=build_xception
        )
    ]
