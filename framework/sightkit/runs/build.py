"""Building a component, so that what goes wrong in a plugin's code is told as the plugin's."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
        message = f"{error.filename or 'a file'}: cannot be written: {error.strerror}"
        raise StorageError(message) from error
    except (Exception, SystemExit) as error:  # nobody's code but the command line's ends the program
        raise plugin_error(use, what, error) from error


def plugin_error(use: Use[Any], what: str, error: BaseException) -> PluginError:
    """Return the error that says whose code failed and how."""
    return PluginError(
        f'{use.component.kind} "{use.name}" (plugin {use.found.plugin}, from {use.found.origin}) {what}: '
        f"{type(error).__name__}: {error}; this is a mistake in the plugin (--debug shows where)"
    )
