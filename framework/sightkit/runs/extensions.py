"""The run hooks of the extensions that an experiment names: called one by one, so that none can stop the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pluggy

from sightkit import hookspecs
from sightkit.contracts import ExtensionTask
from sightkit.errors import PluginError
from sightkit.experiment import ExperimentSettings
from sightkit.registry.hooks import COLLECTING, RUN, hook_problems
from sightkit.runs.building.build import blaming, build
from sightkit.use import Use


class Extensions:
    """The extensions of one run.

    Args:
        settings: The experiment that names them.

    Raises:
        PluginError: an extension cannot be built, or breaks the contract of the hooks.
    """

    def __init__(self, settings: ExperimentSettings) -> None:
        task = ExtensionTask(experiment=settings.name, seed=settings.seed)
        self._built = [(use, build(use, task)) for use in settings.extensions]
        # A manager each: pluggy would refuse two extensions that are equal, and reverse their order.
        self._managers = [(use, managed(use, extension)) for use, extension in self._built]
        self._remembered: dict[str, Any] = {}

    def insist(self, hook: str, **arguments: Any) -> None:
        """Call a hook of every extension and let its errors through: it may refuse.

        Raises:
            SightkitError: an extension refuses.
            PluginError: an extension failed.
        """
        for use, call in self._calls(hook, arguments):
            with blaming(use, f"failed in {hook}"):
                call()

    def tell(self, hook: str, *, warn: Callable[[str], None], **arguments: Any) -> None:
        """Call a hook of every extension; the failure of one is told to ``warn`` and the others are still called."""
        for use, call in self._calls(hook, arguments):
            with isolated(use, hook, warn):
                call()

    def ask(self, hook: str, *, warn: Callable[[str], None], **arguments: Any) -> list[Any]:
        """Call a hook of every extension and return everything that they offer; failures as in `tell`."""
        offered: list[Any] = []
        for use, call in self._calls(hook, arguments):
            with isolated(use, hook, warn):
                offered.extend(list(call() or ()))  # a list first: of a generator that fails late nothing is taken
        return offered

    def forgetful(self) -> Iterator[tuple[Use[Any], str]]:
        """Yield those that take part in training and can't go on where they were, and why.

        They have no ``state`` and ``restore``; or have them, and nothing of theirs is remembered, as after a failure.
        """
        training = ("sightkit_callbacks", "sightkit_epoch_ended")
        for (use, extension), (_, manager) in zip(self._built, self._managers, strict=True):
            if not (hasattr(extension, "state") and hasattr(extension, "restore")):
                if any(getattr(manager.hook, hook).get_hookimpls() for hook in training):
                    yield use, "has no state() and restore()"
            elif use.name not in self._remembered:
                yield use, "gave no state for the checkpoint"

    def state(self, *, warn: Callable[[str], None]) -> dict[str, Any]:
        """Return the state of those that have one, by name, as JSON can hold it; failures as in `tell`."""
        states = {}
        for use, extension in self._built:
            if hasattr(extension, "state"):
                with isolated(use, "state()", warn):
                    states[use.name] = json.loads(json.dumps(extension.state()))
        return states

    def remember(self, states: Mapping[str, Any]) -> None:
        """Keep states that `state` returned, until `restore` gives them back."""
        self._remembered = dict(states)

    def restore(self, *, warn: Callable[[str], None]) -> None:
        """Give each its remembered state, once; failures as in `tell`."""
        for use, extension in self._built:
            if use.name in self._remembered and hasattr(extension, "restore"):
                with isolated(use, "restore()", warn):
                    extension.restore(self._remembered[use.name])
        self._remembered = {}

    def _calls(self, hook: str, arguments: Mapping[str, Any]) -> Iterator[tuple[Use[Any], Callable[[], Any]]]:
        """Yield the implementations of a hook, ready to be called, in the order of the file."""
        for use, manager in self._managers:
            for implementation in getattr(manager.hook, hook).get_hookimpls():
                wanted = {name: arguments[name] for name in implementation.argnames}
                yield use, partial(implementation.function, **wanted)


def managed(use: Use[Any], extension: object) -> pluggy.PluginManager:
    """Return a manager of one extension's hooks.

    Raises:
        PluginError: it breaks their contract.
    """
    problems = list(hook_problems(extension, expected=RUN, elsewhere=COLLECTING))
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    if not problems:
        try:
            manager.register(extension, use.name)
        except pluggy.PluginValidationError as error:
            problems = [str(error)]
        else:
            if not any(getattr(manager.hook, hook).get_hookimpls() for hook in RUN):
                problems = [f"{extension!r} has no run hook; expected a method under @sightkit.hookimpl"]
    if problems:
        message = f'extension "{use.name}" (from {use.found.origin}): {"; ".join(problems)}'
        raise PluginError(message)
    return manager


@contextmanager
def isolated(use: Use[Any], hook: str, warn: Callable[[str], None]) -> Iterator[None]:
    """Tell ``warn`` of an extension's failure inside, and go on: who only looks must not end a run."""
    try:
        yield
    except (Exception, SystemExit) as error:
        warn(f'extension "{use.name}" failed in {hook}: {type(error).__name__}: {error}')
