"""The component that is checked, with one example of its parameters, and what several checks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sightkit.component import Component
from sightkit.config.overrides import as_toml_value
from sightkit.registry.registry import Registry
from sightkit.testing.fresh import name_and_file
from sightkit.use import Found, Use, validate_params

T = TypeVar("T")


class Subject:
    """A component with one example of its parameters.

    Args:
        found: The component and where it came from.
        values: Parameters as an experiment would write them; those left out have their defaults.
        registry: Where components inside its parameters come from.

    Attributes:
        found: The component and where it came from.
        values: As TOML holds them.
        registry: Where other components come from.
    """

    def __init__(self, found: Found[Any], values: Mapping[str, Any], registry: Registry) -> None:
        self.found = found
        self.values: dict[str, Any] = as_toml_value(values)
        self.registry = registry
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

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what ``make`` returns, made once and kept for the other checks."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made
