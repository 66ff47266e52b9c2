"""A dataset that exists only in this process: how an experiment names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sightkit.component import Component, Dataset, Params
from sightkit.use import C, Found, Lookup

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource

IN_MEMORY = "in-memory"
"""What stands for it where an experiment names its dataset; no file can mean it."""


class InMemoryParams(Params):
    """A dataset that is there already has no parameters."""


@dataclass(frozen=True)
class WithSource:
    """A catalogue with one dataset more.

    Attributes:
        catalogue: What knows all other components.
        source: The dataset.
    """

    catalogue: Lookup
    source: ImageSource

    def find(self, kind: type[C], name: str) -> Found[C]:
        """Return a component, as the catalogue would."""
        if (kind.kind, name) != (Dataset.kind, IN_MEMORY):
            return self.catalogue.find(kind, name)
        component = Dataset(
            name=IN_MEMORY,
            summary="Images that were handed over in Python.",
            params=InMemoryParams,
            build=lambda _params, _task: self.source,
        )
        return cast("Found[C]", Found(component, plugin="python", origin="this process"))

    def names(self, kind: type[Component[Any]]) -> list[str]:
        """Return the names of a kind."""
        return self.catalogue.names(kind)
