"""Building a component, so that what goes wrong in a plugin's code is told as the plugin's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sightkit.errors import PluginError, SightkitError
from sightkit.use import Use


def build(use: Use[Any], task: object) -> Any:
    """Return what a component builds for a task.

    Raises:
        SightkitError: the component refuses, in its own words.
        PluginError: it failed otherwise.
    """
    with blaming(use, "failed while it was built"):
        return use.component.build(use.params, task)


@contextmanager
def blaming(use: Use[Any], what: str) -> Iterator[None]:
    """Turn whatever a component's code raises inside into an error that names the component and its plugin."""
    try:
        yield
    except (SightkitError, MemoryError):
        raise
    except Exception as error:
        message = (
            f'{use.component.kind} "{use.name}" (plugin {use.found.plugin}, from {use.found.origin}) {what}: '
            f"{type(error).__name__}: {error}; this is a mistake in the plugin (--debug shows where)"
        )
        raise PluginError(message) from error
