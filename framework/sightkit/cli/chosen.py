"""The arguments by which a command line chooses an experiment, the same for every command that takes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any

from sightkit.cli.options import (
    ExperimentArgument,
    RegistryOption,
    SetOption,
    StrictOption,
    TrustOption,
    UnsetOption,
)

if TYPE_CHECKING:
    from sightkit.api import Experiment


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The experiment that a command line chooses. The fields are its arguments.

    Nothing is read before `open`: the command says first how mistakes are to be told.
    """

    experiment: ExperimentArgument
    assignments: SetOption
    unset: UnsetOption
    registry: RegistryOption
    trust_project: TrustOption
    strict: StrictOption

    def open(self) -> Experiment:
        """Return the experiment.

        Raises:
            SightkitError: a registry or the experiment's file is wrong.
        """
        from sightkit.cli.opening import open_experiment

        return open_experiment(
            self.experiment,
            assignments=self.assignments,
            unset=self.unset,
            files=self.registry,
            trust=self.trust_project,
            strict=self.strict,
        )


DEFAULTS: dict[str, Any] = {"assignments": [], "unset": [], "registry": [], "trust_project": False, "strict": False}
LAST = ("registry", "trust_project", "strict")
"""These stand below a command's own options in its help."""


def takes_experiment(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of `Chosen`, which it gets as its first one, and keep its own options."""
    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    hints = inspect.get_annotations(Chosen, eval_str=True)
    shared = {name: parameter(name, hints[name]) for name in hints}
    first = [shared[name] for name in shared if name not in LAST]

    @wraps(command)
    def run(**values: Any) -> None:
        chosen = {field.name: values.pop(field.name) for field in fields(Chosen)}
        command(Chosen(**chosen), **values)

    signature = inspect.Signature([*first, *own, *(shared[name] for name in LAST)])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
    return run


def parameter(name: str, annotation: Any) -> inspect.Parameter:
    """Return an argument as typer looks at it."""
    default = DEFAULTS.get(name, inspect.Parameter.empty)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
