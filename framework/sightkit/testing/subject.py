"""The component that is checked, with one example of its parameters, and what several checks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sightkit.component import Component
from sightkit.config.overrides import as_toml_value
from sightkit.errors import ConfigError
from sightkit.registry.registry import Registry
from sightkit.testing.fresh import name_and_file
from sightkit.use import Found, Use, validate_params

T = TypeVar("T")

Shape: TypeAlias = tuple[int, int, int]
"""``(height, width, channels)`` of images."""


def valid_shape(shape: Sequence[int]) -> Shape:
    """Return the shape of images that somebody wrote.

    Raises:
        ConfigError: it is none.
    """
    if len(shape) != 3 or not all(isinstance(size, int) and size > 0 for size in shape):
        message = f"shapes: expected (height, width, channels), such as (299, 299, 3), found {shape!r}"
        raise ConfigError(message)
    height, width, channels = shape
    return height, width, channels


class Subject:
    """A component with one example of its parameters.

    Args:
        found: The component and where it came from.
        values: Parameters as an experiment would write them; those left out have their defaults.
        registry: Where components inside its parameters come from.
        shape: Of the images that it is looked at with, where it takes none of the usual ones.
        known: What is known of the modules of its plugin, to be read and added to.

    Attributes:
        found: The component and where it came from.
        values: As TOML holds them.
        registry: Where other components come from.
        shape: Of images, if one was given.
        known: What is known of modules.
    """

    def __init__(
        self,
        found: Found[Any],
        values: Mapping[str, Any],
        registry: Registry,
        *,
        shape: Shape | None = None,
        known: dict[Any, Any] | None = None,
    ) -> None:
        self.found = found
        self.values: dict[str, Any] = as_toml_value(values)
        self.registry = registry
        self.shape = None if shape is None else valid_shape(shape)
        self.known = {} if known is None else known
        self._made: dict[Any, Any] = {}

    @property
    def component(self) -> Component[Any]:
        """The component."""
        component: Component[Any] = self.found.component
        return component

    @property
    def file(self) -> Path | None:
        """The file that the component is written in, if there is one."""
        _, file = name_and_file(self.component)
        return None if file is None else Path(file)

    @cached_property
    def use(self) -> Use[Any]:
        """The component with its validated parameters, as an experiment has it.

        Raises:
            ValidationError: the parameters are wrong.
            PluginError: their model is.
        """
        params = validate_params(self.found, self.values, self.registry.catalogue)
        return Use(self.found, params, self.component.name)

    def shapes(self, usual: Sequence[Shape]) -> Sequence[Shape]:
        """Return the shapes of images to try: the one that was given, or else the usual ones."""
        return usual if self.shape is None else (self.shape,)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what ``make`` returns, made once and kept for the other checks."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made
