"""MobileNet 1 (Howard et al. 2017), 2 (Sandler et al. 2018) and 3 (Howard et al. 2019); from keras.applications."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, BuildError, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

if TYPE_CHECKING:
    from sightkit_plugins.architectures._published import Published

ALPHAS = {1: (0.25, 0.5, 0.75, 1.0), 2: (0.35, 0.5, 0.75, 1.0, 1.3, 1.4), 3: (0.75, 1.0)}
"""Widths for which keras.applications publishes weights, by version."""

SIZES = {1: (128, 160, 192, 224), 2: (96, 128, 160, 192, 224)}
"""Sizes of square images for which it publishes weights of their own, by version; for all others, those of the last."""

DIGESTS = {
    "small_224_0.75": "ebdb5cc8e0b497cd13a7c275d475c819",
    "small_224_1.0": "d3e8ec802a04aa4fc771ee12a9a9b836",
    "large_224_0.75": "40af19a13ebea4e2ee0c676887f69a2e",
    "large_224_1.0": "07fb09a5933dd0c8eaafa16978110389",
}
"""Of the weights of version 3; for the others, keras.applications states none."""


class MobileNetParams(PretrainedParams):
    """Parameters of ``[architecture] use = "mobilenet"``."""

    version: Literal[1, 2, 3] = Field(2, description="1; 2: inverted residuals; 3: found by search, with attention.")
    size: Literal["small", "large"] = Field("large", description="Depth and width of version 3; no other has it.")
    alpha: float = Field(
        1.0,
        gt=0,
        le=2,
        description="What the number of channels is multiplied by. With ImageNet weights: 0.25, 0.5, 0.75 or 1 in "
        "version 1; 0.35, 0.5, 0.75, 1, 1.3 or 1.4 in version 2; 0.75 or 1 in version 3.",
    )


def build_mobilenet(params: MobileNetParams, task: ArchitectureTask) -> Network:
    """Return a MobileNet.

    Raises:
        BuildError: as `build_pretrained` does, or there are no ImageNet weights for this alpha.
        ArtefactError: as `build_pretrained` does.
    """
    check_alpha(params)
    from keras import applications

    from sightkit_plugins.architectures._scaling import to_plus_minus_one

    make = {
        1: applications.MobileNet,
        2: applications.MobileNetV2,
        3: partial(getattr(applications, f"MobileNetV3{params.size.title()}"), include_preprocessing=False),
    }[params.version]
    return build_pretrained(
        "mobilenet",
        params,
        task,
        make=partial(make, alpha=params.alpha),
        scale=to_plus_minus_one,
        published=published_weights(params, task),
    )


def check_alpha(params: MobileNetParams) -> None:
    """Refuse a width that has no ImageNet weights, if they are wanted."""
    known = ALPHAS[params.version]
    if params.weights == "imagenet" and params.alpha not in known:
        message = (
            f"mobilenet, version {params.version}: expected alpha to be {', '.join(map(str, known))}, for which there "
            f'are ImageNet weights, found {params.alpha}; take one of these, or weights = "none"'
        )
        raise BuildError(message)


def published_weights(params: MobileNetParams, task: ArchitectureTask) -> Published:
    """Return the file that keras.applications takes for a MobileNet."""
    from sightkit_plugins.architectures._published import Published

    folder = "tensorflow/keras-applications/mobilenet"
    if params.version == 3:
        variant = f"{params.size}_224_{params.alpha}"
        file = f"weights_mobilenet_v3_{variant}_float_no_top_v2.h5"
        return Published(file=file, folder=f"{folder}_v3", digest=DIGESTS.get(variant))
    height, width, _ = task.image_shape
    size = height if height == width and height in SIZES[params.version] else SIZES[params.version][-1]
    if params.version == 2:
        file = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{params.alpha}_{size}_no_top.h5"
        return Published(file=file, folder=f"{folder}_v2", old_name=name_of_2018)
    alpha = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5"}.get(params.alpha, "1_0")
    return Published(file=f"mobilenet_{alpha}_{size}_tf_no_top.h5", folder=folder)


def name_of_2018(name: str) -> str:
    """Return what the published weights of version 2 call a layer of a block.

    They are from JonathanCMitchell/mobilenet_v2_keras (2018), and keras.applications has renamed the layers since.
    """
    match = re.fullmatch(r"(?:expanded_conv|block_(\d+))_(expand|depthwise|project)(_BN)?", name)
    if match is None:
        return name
    block, part = match[1] or "0", match[2]
    return f"bn{block}_conv_{block}_bn_{part}" if match[3] else f"mobl{block}_conv_{block}_{part}"


@hookimpl
def sightkit_architectures() -> list[Architecture[MobileNetParams]]:
    """Offer MobileNet."""
    return [
        Architecture(
            name="mobilenet",
            summary="MobileNet 1, 2 or 3, pretrained on ImageNet: small and quick.",
            params=MobileNetParams,
            build=build_mobilenet,
        )
    ]
