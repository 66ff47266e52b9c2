"""Components that were handed over in Python, without a plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sightkit.component import KINDS, Component
from sightkit.errors import PluginError
from sightkit.registry.records import PluginRecord, Status
from sightkit.use import PYTHON, THIS_PROCESS


def checked(component: Component[Any], others: Sequence[Component[Any]]) -> Component[Any]:
    """Return a component that may be added to others.

    Raises:
        PluginError: why it may not.
    """
    if not isinstance(component, tuple(KINDS.values())):
        message = f"expected components, such as sightkit.Metric(...), found {component!r}"
        raise PluginError(message)
    if any((component.kind, component.name) == (other.kind, other.name) for other in others):
        message = (
            f"the {component.kind} {component.name!r} was added before; expected another name, or another Registry"
        )
        raise PluginError(message)
    return component


def handed_over(components: Sequence[Component[Any]]) -> list[PluginRecord]:
    """Return components of this process as what a plugin would have offered; nothing, where there are none."""
    if not components:
        return []
    by_kind = {kind: [each for each in components if each.kind == kind] for kind in KINDS}
    record = PluginRecord(
        name=PYTHON, status=Status.LOADED, layer=THIS_PROCESS, origin=THIS_PROCESS, components=by_kind
    )
    return [record]
