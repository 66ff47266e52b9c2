"""A local plugin whose components hold other components, unions, tables and paths, for tests of configuration."""

from __future__ import annotations

from pathlib import Path

SOURCE = '''
"""Augmentations that hold others, and a metric that reads a file."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sightkit import Augmentation, Dataset, Metric, Params, Use, hookimpl


class Window(BaseModel):
    """A table of its own."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    width: int = Field(3, ge=1, description="Width in pixels.")


class LeafParams(Params):
    """Parameters of the innermost component."""

    strength: float = Field(0.5, ge=0, le=1, description="How much, from 0 to 1.")
    path: Path | None = Field(None, description="A file.")
    odd: int = Field(1, description="An odd number; 13 brings bad luck.")
    low: int = Field(0, description="A number below high.")
    high: int = Field(9, description="A number above low.")

    @field_validator("odd")
    @classmethod
    def _is_odd(cls, odd: int) -> int:
        if odd == 13:
            raise KeyError("thirteen")
        if odd % 2 == 0:
            raise ValueError("must be {odd}")
        return odd

    @model_validator(mode="after")
    def _is_ordered(self) -> "LeafParams":
        if self.low >= self.high:
            raise ValueError(f"expected low below high, found {self.low} and {self.high}")
        return self


class PickParams(Params):
    """Parameters of a component that holds others."""

    first: Use[Augmentation[Any]] = Field({"use": "leaf"}, description="What goes first.")
    others: tuple[Use[Augmentation[Any]], ...] = Field((), description="What follows.")
    rate: float | Literal["auto"] = Field("auto", description="A number or a word.")
    sizes: int | tuple[int, ...] = Field(3, description="One or several.")
    window: Window = Field(Window(), description="A table.")
    windows: tuple[Window, ...] = Field((), description="Tables.")
    either: Window | int = Field(3, description="A table or a number.")
    weights: dict[str, float] = Field({}, description="Numbers by name.")
    files: dict[str, Path] = Field({}, description="Files by name.")
    cache: Path = Field(Path("cache"), description="A folder.")


class HintsParams(Params):
    """Parameters of a metric that reads a file."""

    hints: Path | None = Field(None, description="A file.")


def build(params: Params, task: object) -> None:
    """Make nothing."""


@hookimpl
def sightkit_augmentations() -> list[Augmentation[Any]]:
    """Offer both."""
    return [
        Augmentation(name="leaf", summary="The innermost.", params=LeafParams, build=build),
        Augmentation(name="pick", summary="Holds others.", params=PickParams, build=build),
    ]


@hookimpl
def sightkit_metrics() -> list[Metric[Any]]:
    """Offer the metric."""
    return [Metric(name="hinted", summary="Reads a file.", params=HintsParams, build=build)]
'''


def write_nested_plugin(folder: Path) -> Path:
    """Write the plugin, and a registry.toml that lists it, into a folder, and return the registry's path."""
    (folder / "nested_plugin.py").write_text(SOURCE)
    registry = folder / "nested-registry.toml"
    registry.write_text('api = 1\n[plugins.nested]\npath = "nested_plugin.py"\n')
    return registry
