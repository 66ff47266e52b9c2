"""The conformance kit: whether a plugin's components keep the contracts of their kinds.

With pytest, ask for the fixture ``sightkit_conformance``; without, call `check_plugin` or `check_component`, or run
``sightkit plugins check``. The names are loaded when they are first used: pytest imports this package in every project,
whether or not that has to do with sightkit.
"""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from sightkit.testing.conformance import check_component as check_component
    from sightkit.testing.conformance import check_plugin as check_plugin
    from sightkit.testing.finding import Finding as Finding
    from sightkit.testing.finding import NonconformityError as NonconformityError
    from sightkit.testing.finding import Outcome as Outcome

_MODULE_OF = {
    "check_component": "conformance",
    "check_plugin": "conformance",
    "Finding": "finding",
    "NonconformityError": "finding",
    "Outcome": "finding",
}

__all__ = tuple(_MODULE_OF)


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
