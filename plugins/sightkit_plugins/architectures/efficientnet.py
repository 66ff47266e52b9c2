"""EfficientNet B0 to B7 (Tan & Le 2019) and EfficientNetV2 (Tan & Le 2021); from keras.applications."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, hookimpl
from sightkit_plugins.architectures._pretrained import PretrainedParams, build_pretrained

DIGESTS = {
    "b0": "50bc09e76180e00e4465e1a485ddc09d",
    "b1": "74c4e6b3e1f6a1eea24c589628592432",
    "b2": "111f8e2ac8aa800a7a99e3239f7bfb39",
    "b3": "af6d107764bb5b1abb91932881670226",
    "b4": "ebc24e6d6c33eaebbd558eafbeedf1ba",
    "b5": "38879255a25d3c92d5e44e04ae6cec6f",
    "b6": "9ecce42647a20130c1f39a5d4cb75743",
    "b7": "cbcfe4450ddf6f3ad90b1b398090fe4a",
    "v2-b0": "893217f2bb855e2983157299931e43ff",
    "v2-b1": "0e80663031ca32d657f9caa404b6ec37",
    "v2-b2": "1dfe2e7a5d45b6632553a8961ea609eb",
    "v2-b3": "f6abf7b5849ac99a89b50dd3fd532856",
    "v2-s": "af0682fb74e8c54910f2d4393339c070",
    "v2-m": "1b8dc055df72dde80d614482840fe342",
    "v2-l": "b0b66b5c863aef5b46e8608fe1711615",
}


class EfficientNetParams(PretrainedParams):
    """Parameters of ``[architecture] use = "efficientnet"``."""

    variant: Literal[
        "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "v2-b0", "v2-b1", "v2-b2", "v2-b3", "v2-s", "v2-m", "v2-l"
    ] = Field("b0", description="Depth and width, b0 to b7; or of EfficientNetV2, v2-b0 to v2-b3 and v2-s, v2-m, v2-l.")


def build_efficientnet(params: EfficientNetParams, task: ArchitectureTask) -> Network:
    """Return an EfficientNet; raises as `build_pretrained` does."""
    from keras import applications

    from sightkit_plugins.architectures import _scaling as scaling
    from sightkit_plugins.architectures._published import Published

    second, member = params.variant.startswith("v2-"), params.variant.removeprefix("v2-").upper()
    if second:
        name, stem, folder = (
            f"EfficientNetV2{member}",
            "efficientnetv2-",
            "tensorflow/keras-applications/efficientnet_v2",
        )
        make = partial(getattr(applications, name), include_preprocessing=False)
        # S, M and L were trained on images divided by 128, not 127.5.
        scale = (
            scaling.by_imagenet_statistics if member[0] == "B" else partial(scaling.rescale, low=-1.0, high=127 / 128)
        )
    else:
        name, stem, folder = f"EfficientNet{member}", "efficientnet", "keras-applications"
        make, scale = partial(with_imagenet_statistics, getattr(applications, name)), stretch
    return build_pretrained(
        "efficientnet",
        params,
        task,
        make=make,
        scale=scale,
        published=Published(file=f"{stem}{member.lower()}_notop.h5", folder=folder, digest=DIGESTS[params.variant]),
    )


def stretch(images: Any) -> Any:
    """Return images in [0, 1] as the first layers of B0 to B7 want them, which subtract and divide by themselves.

    The published weights hold ImageNet's standard deviation where those layers expect its square, the variance
    (tensorflow issue 49930). Keras makes up for it by dividing by the deviation's root once more, if it loads the
    weights itself. Done here instead, around the mean that is subtracted later, it holds for weights from any file.
    """
    import keras

    from sightkit_plugins.architectures._scaling import IMAGENET_MEAN, IMAGENET_STD

    factors = [std**-0.5 for std in IMAGENET_STD]
    offset = [255.0 * mean * (1.0 - factor) for mean, factor in zip(IMAGENET_MEAN, factors, strict=True)]
    return keras.layers.Rescaling([255.0 * factor for factor in factors], offset, name="scale_input")(images)


def with_imagenet_statistics(make: Any, **arguments: Any) -> Any:
    """Return a network whose first layers have the statistics of the published weights, mistake included."""
    import keras
    import numpy as np

    from sightkit_plugins.architectures._scaling import IMAGENET_MEAN, IMAGENET_STD

    model = make(**arguments)
    (layer,) = (layer for layer in model.layers if isinstance(layer, keras.layers.Normalization))
    layer.set_weights([np.array(IMAGENET_MEAN), np.array(IMAGENET_STD), np.array(0)])
    layer.finalize_state()
    return model


@hookimpl
def sightkit_architectures() -> list[Architecture[EfficientNetParams]]:
    """Offer EfficientNet."""
    return [
        Architecture(
            name="efficientnet",
            summary="EfficientNet B0 to B7 and EfficientNetV2, pretrained on ImageNet.",
            params=EfficientNetParams,
            build=build_efficientnet,
        )
    ]
