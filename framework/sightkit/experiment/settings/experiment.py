"""All settings of an experiment: every table of its TOML file."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler, field_validator
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
from sightkit.experiment.settings.calibration import CalibrationSettings
from sightkit.experiment.settings.images import ImagesSettings, SplitSettings
from sightkit.experiment.settings.recipe import RecipeNotes
from sightkit.experiment.settings.table import Table
from sightkit.experiment.settings.training import TrainingSettings
from sightkit.use import Implied, Use, validate_use


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
    seed: int = Field(0, ge=0, lt=2**31, description="Seeds the splits, the initial weights, the order and the draws.")
    recipe: RecipeNotes | None = Field(None, description="What a recipe says of itself.")
    dataset: Use[Dataset[Any]] = Field(description="Where images and labels come from.")
    split: SplitSettings = Field(SplitSettings(), description="Training, validation and test images.")
    images: ImagesSettings = Field(ImagesSettings(), description="Size and channels.")
    augmentations: tuple[Use[Augmentation[Any]], ...] = Field(
        (), description="Random changes to training images, in this order."
    )
    architecture: Use[Architecture[Any]] = Field(
        {"use": Implied("basic-cnn")}, validate_default=True, description="The network."
    )
    optimizer: Use[Optimizer[Any]] = Field(
        {"use": Implied("adam")}, validate_default=True, description="The optimizer."
    )
    schedule: Use[Schedule[Any]] = Field(
        {"use": Implied("constant")}, validate_default=True, description="The learning rate over time."
    )
    loss: Use[Loss[Any]] = Field(
        {"use": Implied("cross-entropy")}, validate_default=True, description="What is made small."
    )
    training: TrainingSettings = Field(TrainingSettings(), description="Epochs and batches.")
    calibration: CalibrationSettings = Field(
        CalibrationSettings(), description="Whether probabilities are corrected after training."
    )
    metrics: tuple[Use[Metric[Any]], ...] = Field(
        (
            {"use": Implied("accuracy")},
            {"use": Implied("precision")},
            {"use": Implied("recall")},
            {"use": Implied("f1")},
        ),
        validate_default=True,
        description="Scores; accuracy is always computed.",
    )
    reports: tuple[Use[Report[Any]], ...] = Field(
        ({"use": Implied("confusion-matrix")}, {"use": Implied("html")}),
        validate_default=True,
        description="Files made from the predictions.",
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
        return (*metrics, validate_use(Metric, {"use": Implied("accuracy")}, info.context))
