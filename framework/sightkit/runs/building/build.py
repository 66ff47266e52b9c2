"""Building a component, so that what goes wrong in a plugin's code is told as the plugin's."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sightkit.contracts import Geometric, Mixing, Pointwise, Transform
from sightkit.errors import PluginError, SightkitError, StorageError
from sightkit.use import Use

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Not the plugin's fault."""


def build(use: Use[Any], task: object) -> Any:
    """Return what a component builds for a task.

    Raises:
        SightkitError: the component refuses, in its own words.
        PluginError: it failed otherwise.
    """
    with blaming(use, "failed while it was built"):
        return use.component.build(use.params, task)


def build_function(use: Use[Any], task: object) -> Callable[..., Any]:
    """Return the function that a component builds for a task; what it raises when called is told as the plugin's.

    Raises:
        PluginError: it failed, or built something else.
    """
    return blamed(use, build(use, task))


def build_transform(use: Use[Any], task: object) -> Transform:
    """Return the transform that an augmentation builds, its function guarded as that of `build_function`."""
    built = build(use, task)
    match built:
        case Pointwise():
            return replace(built, apply=blamed(use, built.apply))
        case Mixing():
            return replace(built, apply=blamed(use, built.apply))
        case Geometric():
            return replace(built, matrices=blamed(use, built.matrices))
    message = f"{described(use)} built {built!r}; expected Pointwise, Geometric or Mixing"
    raise PluginError(message)


def blamed(use: Use[Any], function: Any) -> Callable[..., Any]:
    """Return a function that does what ``function`` of a component does, under `blaming`."""
    if not callable(function):
        message = f"{described(use)} built {function!r}; expected a function"
        raise PluginError(message)

    def call(*arguments: Any) -> Any:
        with blaming(use, "failed while it was used"):
            return function(*arguments)

    return call


@contextmanager
def blaming(use: Use[Any], what: str) -> Iterator[None]:
    """Turn whatever a component's code raises inside into an error that names the component and its plugin."""
    try:
        yield
    except (SightkitError, MemoryError):
        raise
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise plugin_error(use, what, error) from error
        message = f"{error.filename or f'a file of {described(use)}'}: cannot be written: {error.strerror}"
        raise StorageError(message) from error
    except (Exception, SystemExit) as error:  # nobody's code but the command line's ends the program
        raise plugin_error(use, what, error) from error


@contextmanager
def naming(use: Use[Any]) -> Iterator[None]:
    """Put a component and its plugin in front of a breach of contract: who finds it doesn't know whose it is."""
    try:
        yield
    except PluginError as error:
        error.args = (f"{described(use)}: {error}",)
        raise


def plugin_error(use: Use[Any], what: str, error: BaseException) -> PluginError:
    """Return the error that says whose code failed and how."""
    notes = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
    whose = "" if use.found.handed_over else "; this is a mistake in the plugin (--debug shows where)"
    return PluginError(f"{described(use)} {what}: {type(error).__name__}: {error}{notes}{whose}")


def described(use: Use[Any]) -> str:
    """Return a component in words, with whose it is."""
    return f'{use.component.kind} "{use.name}" (plugin {use.found.plugin}, from {use.found.origin})'
