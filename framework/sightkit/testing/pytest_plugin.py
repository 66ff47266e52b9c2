"""The pytest plugin: a fixture with a test for each check of each component of a plugin.

pytest imports this in every project of an environment that has sightkit: it imports nothing of it before it is asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sightkit.errors import PluginError
    from sightkit.testing.conformance import Examples, Shapes
    from sightkit.testing.examination import Examination
    from sightkit.testing.finding import Finding
    from sightkit.testing.limit import Limit
    from sightkit.testing.plugin import LoadedPlugins

FIXTURE = "sightkit_conformance"
SETTING = "sightkit_plugin"
TIMEOUT = "sightkit_timeout"
OF_KERAS = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
"""Keras copies variables in NumPy 1's way when it saves a model, which is no fault of a plugin."""
TERMINAL = pytest.StashKey[int]()
"""A descriptor of the standard error stream as it was before pytest caught what tests write to it."""


@dataclass(frozen=True)
class Case:
    """One check of one component of the plugins.

    Attributes:
        plugins: What offers the component.
        component: Which of its components and recipes it is, counted from 0.
        check: Which of the checks, counted from 0.
    """

    plugins: LoadedPlugins
    component: int
    check: int


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project name its plugins once, in its configuration, and say how long a check may take."""
    parser.addini(SETTING, "The sightkit plugins, modules or paths that sightkit_conformance checks.", type="args")
    parser.addini(TIMEOUT, "Seconds that each check of sightkit_conformance may take; 0 for as long as it wants.")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the way to the terminal, for what cannot wait for the end of a test."""
    with suppress(OSError):  # a process may have none
        config.stash[TERMINAL] = os.dup(2)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of it."""
    if TERMINAL in config.stash:
        os.close(config.stash[TERMINAL])


def limit_of(config: pytest.Config) -> Limit:
    """Return what a check may take; what cannot be interrupted ends pytest, there is no other way.

    Raises:
        pytest.Collector.CollectError: the configuration says something else than a number.
    """
    from sightkit.testing.limit import USUAL, Limit

    def end(told: Finding | PluginError) -> None:
        message = f"\n{told}\nIt cannot be interrupted: pytest ends here.\n"
        os.write(config.stash.get(TERMINAL, 2), message.encode(errors="backslashreplace"))
        os._exit(1)

    written = config.getini(TIMEOUT)
    try:
        seconds = float(written) if written else USUAL.seconds
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        message = f"{TIMEOUT}: expected a number of seconds, or 0 for no limit, found {written!r}"
        raise pytest.Collector.CollectError(message)
    return Limit(seconds=seconds, stuck=end)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each check, where a test asks for the fixture."""
    if FIXTURE not in metafunc.fixturenames:
        return
    plugins, cases, ids = plugins_of(metafunc), [], []
    quiet = pytest.mark.filterwarnings(OF_KERAS)
    for component, examination in enumerate(examinations_of(plugins)):
        for number, check in enumerate(examination.checks):
            cases.append(pytest.param(Case(plugins, component, number), marks=quiet))
            ids.append(f"{examination.identity}: {check.name}")
    metafunc.parametrize(FIXTURE, cases, ids=ids, indirect=True)


def plugins_of(metafunc: pytest.Metafunc) -> LoadedPlugins:
    """Return the plugins that a test module, or else the configuration, names.

    Raises:
        pytest.Collector.CollectError: neither names one, or one cannot be loaded.
    """
    from sightkit.errors import SightkitError
    from sightkit.testing.plugin import load_plugins_to_check, loaded_within

    named = getattr(metafunc.module, SETTING, None) or metafunc.config.getini(SETTING)
    names = [named] if isinstance(named, str | ModuleType) or not isinstance(named, Sequence) else named
    if not names:
        message = f'{FIXTURE}: say which plugin: {SETTING} = "acme-vision", in {metafunc.module.__name__} or in the '
        raise pytest.Collector.CollectError(f"{message}configuration of pytest")
    try:
        return loaded_within(
            limit_of(metafunc.config), lambda: load_plugins_to_check(*names, folder=metafunc.config.rootpath)
        )
    except SightkitError as error:
        raise pytest.Collector.CollectError(str(error)) from error


def examinations_of(plugins: LoadedPlugins, *given: Any) -> list[Examination]:
    """Return the examinations of all that plugins offer, with the examples, shapes and limit that were given."""
    from sightkit.testing.conformance import examinations

    return list(examinations(plugins, *given))


class Kept:
    """The examination that was asked for last: the checks of a component share what they build."""

    def __init__(self) -> None:
        self._key: Any = None
        self._examination: Any = None

    def get(self, case: Case, *given: Any) -> Examination:
        """Return the examination of a case's component with these examples and shapes, and this limit."""
        key = case.plugins, case.component, given
        if key != self._key:
            self._key, self._examination = key, examinations_of(case.plugins, *given)[case.component]
        examination: Examination = self._examination
        return examination


@pytest.fixture(scope="session")
def _sightkit_kept() -> Kept:
    """What tests of one component share."""
    return Kept()


@pytest.fixture
def sightkit_examples() -> Mapping[str, Any]:
    """Parameters to check components with, by name; override it: ``return {"lesions": {"path": tmp_path}}``."""
    return {}


@pytest.fixture
def sightkit_shapes() -> Mapping[str, Any]:
    """Shapes of images to check architectures and augmentations with: ``return {"radar": (64, 64, 13)}``."""
    return {}


@pytest.fixture(scope="session")
def _sightkit_limit(pytestconfig: pytest.Config) -> Limit:
    """What a check may take."""
    return limit_of(pytestconfig)


@pytest.fixture
def sightkit_conformance(
    request: pytest.FixtureRequest,
    _sightkit_kept: Kept,
    _sightkit_limit: Limit,
    sightkit_examples: Examples,
    sightkit_shapes: Shapes,
) -> Callable[[], None]:
    """Call it: it fails if the component does not keep what its kind promises, and says how to mend it."""
    from sightkit.testing.finding import NonconformityError, Outcome

    examination = _sightkit_kept.get(request.param, sightkit_examples, sightkit_shapes, _sightkit_limit)
    check = examination.checks[request.param.check]

    def conform() -> None:
        __tracebackhide__ = True
        finding = examination.finding(check)
        if finding.outcome is Outcome.SKIPPED:
            pytest.skip(finding.reason)
        if finding.outcome is Outcome.FAILED:
            raise NonconformityError([finding])

    return conform
