"""The run hooks of the extensions that an experiment names: called one by one, so that none can stop the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pluggy

from sightkit import hookspecs
from sightkit.contracts import ExtensionTask
from sightkit.errors import PluginError
from sightkit.experiment import ExperimentSettings
from sightkit.registry.hooks import COLLECTING, RUN, hook_problems
from sightkit.runs.build import build


class Extensions:
    """The extensions of one run.

    Args:
        settings: The experiment that names them.

    Raises:
        PluginError: an extension cannot be built, or breaks the contract of the hooks.
    """

    def __init__(self, settings: ExperimentSettings) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        task = ExtensionTask(experiment=settings.name, seed=settings.seed)
        # pluggy calls the last one first; registered backwards, they are called in the order of the file.
        for use in reversed(settings.extensions):
            extension = build(use, task)
            if problems := list(hook_problems(extension, expected=RUN, elsewhere=COLLECTING)):
                message = f'extension "{use.name}" (from {use.found.origin}): {"; ".join(problems)}'
                raise PluginError(message)
            try:
                self._manager.register(extension, use.name)
            except pluggy.PluginValidationError as error:
                message = f'extension "{use.name}" (from {use.found.origin}): {error}'
                raise PluginError(message) from error

    def insist(self, hook: str, **arguments: Any) -> None:
        """Call a hook of every extension and let its errors through: it may refuse."""
        self._results(hook, arguments, failed=None)

    def tell(self, hook: str, *, warn: Callable[[str], None], **arguments: Any) -> None:
        """Call a hook of every extension; the failure of one is told to ``warn`` and the others are still called."""
        self._results(hook, arguments, reporter(hook, warn))

    def ask(self, hook: str, *, warn: Callable[[str], None], **arguments: Any) -> list[Any]:
        """Call a hook of every extension and return everything that they offer; failures as in `tell`."""
        failed = reporter(hook, warn)
        offered: list[Any] = []
        for name, result in self._results(hook, arguments, failed):
            try:
                offered.extend(result or ())
            except Exception as error:  # a generator may fail late
                failed(name, error)
        return offered

    def _results(
        self, hook: str, arguments: Mapping[str, Any], failed: Callable[[str, Exception], None] | None
    ) -> list[tuple[str, Any]]:
        results = []
        for implementation in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            wanted = {name: arguments[name] for name in implementation.argnames}
            try:
                results.append((implementation.plugin_name, implementation.function(**wanted)))
            except Exception as error:
                if failed is None:
                    raise
                failed(implementation.plugin_name, error)
        return results


def reporter(hook: str, warn: Callable[[str], None]) -> Callable[[str, Exception], None]:
    """Return what tells ``warn`` that an extension failed in a hook."""

    def failed(name: str, error: Exception) -> None:
        warn(f'extension "{name}" failed in {hook}: {type(error).__name__}: {error}')

    return failed
