"""KerasFile: a network that was saved as a .keras file, with its own head or a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, InputFile, Network, Params, hookimpl

if TYPE_CHECKING:
    import keras


class KerasFileParams(Params):
    """Parameters of ``[architecture] use = "keras-file"``."""

    path: InputFile = Field(
        description="A .keras file. No code in it is run; one that needs code of its own is refused."
    )
    head: Literal["replace", "keep"] = Field(
        "replace",
        description="replace: its feature maps, averaged, and a new head; keep: all of it, for the same classes in the "
        "same order.",
    )
    input_range: tuple[float, float] = Field(
        (0.0, 1.0),
        description="What black and white are to the network in the file. A model with keras.layers.Rescaling or with "
        "the preprocessing of EfficientNet or ConvNeXt in it wants [0, 255]; MobileNet [-1, 1].",
    )
    dropout: float = Field(0.2, ge=0, lt=1, description="Fraction of features dropped before a new head.")


def build_keras_file(params: KerasFileParams, task: ArchitectureTask) -> Network | keras.Model:
    """Return the network in a file, with its weights.

    sightkit's images are float32 in [0, 1]; they are brought to ``input_range`` before the file's first layer, and grey
    ones are repeated where it wants three channels. Where that is needed, the file's model is one layer of the
    backbone, under its own name; else the backbone is the file's model up to its feature maps. With ``head = "keep"``,
    a softmax at the end is left out: losses and metrics apply it themselves.

    Raises:
        BuildError: there is no such file, or its network takes other images or makes something else.
        ArtefactError: the file is damaged, or needs code that it would have to bring along.
    """
    from sightkit_plugins.architectures._fitted_model import with_new_head, with_own_head
    from sightkit_plugins.architectures._model_file import read_model

    model = read_model(params.path)
    if params.head == "keep":
        return with_own_head(model, task, path=params.path, input_range=params.input_range)
    return with_new_head(model, task, path=params.path, input_range=params.input_range, dropout=params.dropout)


@hookimpl
def sightkit_architectures() -> list[Architecture[KerasFileParams]]:
    """Offer networks in files."""
    return [
        Architecture(
            name="keras-file",
            summary="A network that was saved as a .keras file.",
            params=KerasFileParams,
            build=build_keras_file,
        )
    ]
