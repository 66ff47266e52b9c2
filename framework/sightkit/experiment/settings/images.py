"""The tables ``[split]`` and ``[images]``: how images are divided, and brought to one shape."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sightkit.experiment.settings.table import Table


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
    seed: int | None = Field(
        None,
        ge=0,
        lt=2**31,
        description="Seeds the division alone; by default it is the experiment's seed. Runs that differ in the "
        "experiment's seed have the same test images if they agree in this one.",
    )
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
