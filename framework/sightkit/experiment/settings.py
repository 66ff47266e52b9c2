"""The schema of an experiment's settings: every table and key of the TOML file, with its default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError

from sightkit.component import (
    Architecture,
    Augmentation,
    Dataset,
    Extension,
    Loss,
    Metric,
    Optimizer,
    Report,
    Schedule,
)
from sightkit.toml.problems import nearest
from sightkit.toml.shown import shown
from sightkit.use import Use, validate_use


class Table(BaseModel):
    """A table of the experiment's file: strict, frozen, no unknown keys."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class MeasuredScore(Table):
    """What a recipe scored on the test split when it was last measured."""

    metric: str = Field(description="Which metric.")
    value: float = Field(description="Its value on the test split.")
    low: float = Field(description="Lower end of the 95 % interval.")
    high: float = Field(description="Upper end of the 95 % interval.")
    seconds: float = Field(gt=0, description="Wall-clock time of the whole command, in seconds.")
    machine: str = Field(description="What it was measured on.")


class RecipeNotes(Table):
    """What a recipe says of itself."""

    summary: str = Field(description="One line for the list of recipes.")
    source: str | None = Field(None, description="Where the settings come from.")
    measured: MeasuredScore | None = Field(None, description="The score that was measured with it.")


class SplitSettings(Table):
    """How images are divided where the dataset doesn't say it."""

    validation: float = Field(
        0.1, ge=0, lt=1, description="Fraction of the images that are not for testing that is set apart for validation."
    )
    test: float = Field(0.1, ge=0, lt=1, description="Fraction of all images that is set apart for testing.")
    folds: int | None = Field(
        None,
        ge=2,
        le=1000,
        description="For cross-validation: the images that are not for testing are divided into so many equal parts, "
        "and validation is one of them. Replaces the key validation.",
    )
    fold: int = Field(0, ge=0, description="Which of the folds is for validation, counted from 0.")
    duplicates: Literal["error", "drop-train", "allow"] = Field(
        "error",
        description="What happens to an image that occurs in two splits of the dataset's own, or under two labels. "
        "error: refuse the data; drop-train: leave it out of training; allow: keep it and say so beside the scores.",
    )


class ImagesSettings(Table):
    """How images are brought to one shape."""

    size: tuple[Annotated[int, Field(ge=1, le=8192)], Annotated[int, Field(ge=1, le=8192)]] | None = Field(
        None,
        description="Height and width in pixels; by default the dataset's own if all its images share one, "
        "else [160, 160].",
    )
    resize: Literal["stretch", "crop", "pad"] = Field(
        "crop",
        description="stretch: ignore the aspect ratio; crop: shorter side to size, then the centre; pad: longer side "
        "to size, black around it.",
    )
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos"] = Field(
        "bilinear", description="How pixels are made from their neighbours; all but nearest average when they reduce."
    )
    channels: Literal[1, 3] | None = Field(
        None, description="1 for grey, 3 for RGB; by default the dataset's own if known, else 3."
    )
    on_bad_image: Literal["error", "skip"] = Field(
        "error", description="What happens to images that cannot be decoded: refuse the data, or leave them out."
    )
    cache: Literal["disk", "none"] = Field(
        "disk",
        description="disk: prepared images are kept and shared by runs; none: nothing is written, images are decoded "
        "whenever they are needed.",
    )
    memory: float | None = Field(
        None,
        gt=0,
        description="Gigabytes of prepared images that training may hold in memory; more are read from disk while it "
        "goes on, with the same result. By default half of what is free.",
    )


class StageSettings(Table):
    """A part of a training: what is trained in it, for how long, and how."""

    epochs: int = Field(ge=1, description="Passes over the training split.")
    freeze: str = Field(
        "none",
        pattern=r"^(none|backbone|norms|below:.+)$",
        description="What keeps its weights: none; backbone: everything but the head; norms: BatchNorm in the "
        "backbone; below:LAYER: every layer of the backbone before the one of this name. Frozen BatchNorm uses the "
        "statistics it has.",
    )
    optimizer: Use[Optimizer[Any]] | None = Field(
        None, description="What differs from [optimizer] in this stage; another use starts from nothing."
    )
    schedule: Use[Schedule[Any]] | None = Field(
        None, description="What differs from [schedule] in this stage; another use starts from nothing."
    )
    layer_decay: float = Field(
        1.0,
        gt=0,
        le=1,
        description="What the learning rate of each level of layers is multiplied by, seen from the level above it; a "
        "level is the layers of one resolution. Below 1, layers near the images learn more slowly than the head.",
    )
    cache_features: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Compute the pooled features of a frozen backbone once and train the head on them. auto: where "
        "there are no augmentations, or where views are asked for; on: always, or refuse; off: never.",
    )
    views: int = Field(
        1, ge=1, le=1000, description="How many augmented views of each image are cached; an epoch uses one of them."
    )

    @field_validator("freeze", mode="wrap")
    @classmethod
    def _freeze_is_known(cls, freeze: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(freeze)
        except ValidationError:
            if not isinstance(freeze, str):
                raise
            near = nearest(freeze, ["none", "backbone", "norms"])
            hint = f'; did you mean "{near}"?' if near else ""
            known = 'expected "none", "backbone", "norms" or "below:" and a layer\'s name'
            message = f"{known}, found {shown(freeze)}{hint}"
            raise ValueError(message) from None


class EarlyStoppingSettings(Table):
    """When a stage ends before its epochs are over."""

    patience: int = Field(5, ge=1, description="Epochs without improvement after which a stage ends.")
    monitor: str | None = Field(
        None, description='The metric on the validation split that is watched, or "loss"; by default training.monitor.'
    )
    min_improvement: float = Field(0.0, ge=0, description="What counts as improvement, at least.")


class PlateauSettings(Table):
    """How the learning rate falls when nothing improves any more."""

    patience: int = Field(3, ge=1, description="Epochs without improvement after which the learning rate falls.")
    factor: float = Field(0.3, gt=0, lt=1, description="What the learning rate is multiplied by.")
    monitor: str | None = Field(
        None, description='The metric on the validation split that is watched, or "loss"; by default training.monitor.'
    )
    min_improvement: float = Field(0.0, ge=0, description="What counts as improvement, at least.")
    cooldown: int = Field(0, ge=0, description="Epochs after a fall that are not counted.")
    lowest: float = Field(0.001, ge=0, lt=1, description="The learning rate never falls below this part of itself.")


class CheckpointSettings(Table):
    """When the state of a training is written, so that it can be resumed; at the end of each epoch in any case."""

    keep: int = Field(2, ge=1, description="How many checkpoints are kept.")
    every_steps: int | None = Field(None, ge=1, description="Write one after so many steps, too.")
    every_minutes: float | None = Field(10.0, gt=0, description="Write one after so many minutes, too.")


class TrainingSettings(Table):
    """How long and how to train."""

    epochs: int = Field(10, ge=1, description="Passes over the training split, where there are no stages.")
    stages: tuple[StageSettings, ...] = Field((), description="Parts of the training that follow each other.")
    batch_size: int = Field(64, ge=1, description="Images a step.")
    drop_last: bool = Field(False, description="Leave out the last batch of an epoch where it is smaller.")
    sampling: Literal["shuffled", "balanced"] = Field(
        "shuffled",
        description="shuffled: an epoch has every image once; balanced: as many, but of each class the same number, "
        "those of small classes several times.",
    )
    class_weights: Literal["none", "balanced"] | dict[str, Annotated[float, Field(ge=0)]] = Field(
        "none",
        description="What the training loss of a class is multiplied by: balanced makes small classes count as much as "
        "large ones; or a table of class names and weights, 1 for those it leaves out.",
    )
    monitor: str = Field(
        "accuracy",
        description='The metric on the validation split whose best epoch is kept, or "loss".',
    )
    clip_norm: float | None = Field(
        None, gt=0, description="Scale gradients down so that the norm of all of them together is at most this."
    )
    accumulate: int = Field(
        1, ge=1, description="Steps whose gradients are averaged before the weights are updated once."
    )
    ema: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Decay a step of a running average of the weights (0.999, for example), which is what is validated "
        "and saved.",
    )
    decay: Literal["kernels", "all"] = Field(
        "kernels",
        description="What the optimizer's weight decay is for. kernels: not for biases and the scales of normalisation "
        "layers.",
    )
    early_stopping: EarlyStoppingSettings | None = Field(None, description="When a stage ends early.")
    plateau: PlateauSettings | None = Field(
        None, description="When the learning rate falls because nothing improves any more."
    )
    checkpoints: CheckpointSettings = Field(
        CheckpointSettings(), description="When the state of the training is written."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="What layers compute in; weights are float32 anyway. auto: bfloat16 on a GPU that has it, else "
        "float32.",
    )
    deterministic: bool = Field(
        False,
        description="Let TensorFlow use deterministic operations only. On a CPU all of them are; a GPU is slower then.",
    )
    distribution: Literal["auto", "none", "mirrored", "multi-worker"] = Field(
        "auto",
        description="mirrored: on all devices of this machine; multi-worker: on all machines that TF_CONFIG names; "
        "auto: where there are several.",
    )
    replicas: int | None = Field(
        None, ge=1, le=64, description="On how many devices of this machine; by default on all GPUs, else on one."
    )


class ExperimentSettings(Table):
    """An experiment: what to train on what, and how to judge it."""

    schema_version: Literal[1] = Field(1, alias="schema", description="The version of this format.")
    name: str = Field(
        "experiment",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        max_length=100,
        description="The name of the folder of its runs; by default the file's name.",
    )
    extends: tuple[str, ...] = Field(
        (), exclude=True, description="Experiments to start from, relative to this file; later ones win."
    )
    seed: int = Field(0, ge=0, lt=2**31, description="Seeds the split, the initial weights, the order and the draws.")
    recipe: RecipeNotes | None = Field(None, description="What a recipe says of itself.")
    dataset: Use[Dataset[Any]] = Field(description="Where images and labels come from.")
    split: SplitSettings = Field(SplitSettings(), description="Training, validation and test images.")
    images: ImagesSettings = Field(ImagesSettings(), description="Size and channels.")
    augmentations: tuple[Use[Augmentation[Any]], ...] = Field(
        (), description="Random changes to training images, in this order."
    )
    architecture: Use[Architecture[Any]] = Field(
        {"use": "basic-cnn"}, validate_default=True, description="The network."
    )
    optimizer: Use[Optimizer[Any]] = Field({"use": "adam"}, validate_default=True, description="The optimizer.")
    schedule: Use[Schedule[Any]] = Field(
        {"use": "constant"}, validate_default=True, description="The learning rate over time."
    )
    loss: Use[Loss[Any]] = Field({"use": "cross-entropy"}, validate_default=True, description="What is made small.")
    training: TrainingSettings = Field(TrainingSettings(), description="Epochs and batches.")
    metrics: tuple[Use[Metric[Any]], ...] = Field(
        ({"use": "accuracy"}, {"use": "precision"}, {"use": "recall"}, {"use": "f1"}),
        validate_default=True,
        description="Scores; accuracy is always computed.",
    )
    reports: tuple[Use[Report[Any]], ...] = Field(
        ({"use": "confusion-matrix"},), validate_default=True, description="Files made from the predictions."
    )
    extensions: tuple[Use[Extension[Any]], ...] = Field(
        (), description="Objects whose hooks are called during the run."
    )

    @field_validator("name", mode="wrap")
    @classmethod
    def _name_may_be_a_folder(cls, name: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(name)
        except ValidationError:
            if not isinstance(name, str):
                raise
            rule = 'a name of at most 100 letters, digits, ".", "_" and "-" that starts with a letter or a digit'
            raise PydanticCustomError("bad_name", "{rule}", {"rule": rule}) from None

    @field_validator("metrics")
    @classmethod
    def _accuracy_is_always_computed(
        cls, metrics: tuple[Use[Metric[Any]], ...], info: ValidationInfo
    ) -> tuple[Use[Metric[Any]], ...]:
        if any(metric.name == "accuracy" for metric in metrics):
            return metrics
        # At the end, so that the others keep the places that they have in the file.
        return (*metrics, validate_use(Metric, {"use": "accuracy"}, info.context))
