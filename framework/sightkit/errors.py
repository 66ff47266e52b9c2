"""The errors that sightkit raises for what a user can mend, each with the exit code of the command line."""

from __future__ import annotations

import copyreg
from typing import Any


class SightkitError(Exception):
    """A mistake that the message explains: where, what was expected, what was found, what to do.

    The command line prints the message without a traceback and exits with ``exit_code``.
    """

    exit_code: int = 5

    def __reduce__(self) -> tuple[Any, ...]:
        # Else an error of a worker process would be made from its message alone, which fails where it takes more.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class ConfigError(SightkitError):
    """The experiment, a registry or an argument is wrong."""

    exit_code = 2


class BuildError(ConfigError):
    """A component cannot be built with these parameters for this task."""


class DataError(SightkitError):
    """The images or labels cannot be used as they are."""

    exit_code = 3


class DivergedError(SightkitError):
    """The loss, a gradient or a prediction is no longer finite.

    Attributes:
        sample_ids: Every image of the batch it happened on, or whose prediction it is; the message names the first.
    """

    exit_code = 4

    def __init__(self, message: str, *, sample_ids: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.sample_ids = sample_ids


class InterruptedRunError(SightkitError):
    """Somebody asked a run to stop; it wrote a checkpoint and can be resumed."""

    exit_code = 130


class WorkerLostError(SightkitError):
    """A process that trains together with this one is gone; the run can be resumed."""


class StorageError(SightkitError):
    """A file of a run cannot be written or read."""


class ArtefactError(SightkitError):
    """A file of weights or a model is refused."""

    exit_code = 6


class PluginError(SightkitError):
    """A plugin that is needed failed, conflicts with another one or breaks its contract."""

    exit_code = 7
