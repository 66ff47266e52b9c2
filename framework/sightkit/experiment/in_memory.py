"""What exists only in this process, images or a network: how an experiment names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sightkit.component import Architecture, Component, Dataset, Params
from sightkit.contracts import Network
from sightkit.use import PYTHON, THIS_PROCESS, C, Found, Lookup

if TYPE_CHECKING:
    import keras

    from sightkit.contracts import ArchitectureTask, ImageSource

OwnArchitecture: TypeAlias = "keras.Model | Network | Callable[[ArchitectureTask], keras.Model | Network]"
"""A network that Python hands over, or a function that makes one."""

IN_MEMORY = "in-memory"
"""What stands for it where an experiment names its dataset or architecture; no file can mean it."""


class InMemoryParams(Params):
    """What is there already has no parameters."""


@dataclass(frozen=True)
class WithOwn:
    """A catalogue with a dataset or an architecture more.

    Attributes:
        catalogue: What knows all other components.
        source: The dataset, if one was handed over.
        architecture: The architecture, if one was.
    """

    catalogue: Lookup
    source: ImageSource | None = None
    architecture: OwnArchitecture | None = None

    def find(self, kind: type[C], name: str) -> Found[C]:
        """Return a component, as the catalogue would."""
        component: Component[Any] | None = None
        if (kind.kind, name) == (Dataset.kind, IN_MEMORY) and self.source is not None:
            component = own_dataset(self.source)
        elif (kind.kind, name) == (Architecture.kind, IN_MEMORY) and self.architecture is not None:
            component = own_architecture(self.architecture)
        if component is None:
            return self.catalogue.find(kind, name)
        return cast("Found[C]", Found(component, plugin=PYTHON, origin=THIS_PROCESS))

    def own(self, kind: type[C], name: str) -> str:
        """Return what ``use`` says where nobody has said anything."""
        return self.catalogue.own(kind, name)

    def names(self, kind: type[Component[Any]]) -> list[str]:
        """Return the names of a kind."""
        return self.catalogue.names(kind)


def own_dataset(source: ImageSource) -> Dataset[InMemoryParams]:
    """Return images as a component."""
    return Dataset(
        name=IN_MEMORY,
        summary="Images that were handed over in Python.",
        params=InMemoryParams,
        build=lambda _params, _task: source,
    )


def own_architecture(architecture: OwnArchitecture) -> Architecture[InMemoryParams]:
    """Return a network as a component: itself each time, or what a function makes for the task."""

    def build(_params: InMemoryParams, task: ArchitectureTask) -> keras.Model | Network:
        import keras

        return architecture if isinstance(architecture, keras.Model | Network) else architecture(task)

    if hasattr(architecture, "__code__"):
        # The manifest has the digest of the file that a component's function is written in: theirs, not this one.
        build.__wrapped__ = architecture  # type: ignore[attr-defined]
    return Architecture(
        name=IN_MEMORY,
        summary="A network that was handed over in Python.",
        params=InMemoryParams,
        build=build,
    )
