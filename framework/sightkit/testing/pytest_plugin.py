"""The pytest plugin: a fixture with a test for each check of each component of a plugin.

pytest imports this in every project of an environment that has sightkit: it imports nothing of it before it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sightkit.testing.conformance import Examples
    from sightkit.testing.examination import Examination
    from sightkit.testing.plugin import LoadedPlugins

FIXTURE = "sightkit_conformance"
SETTING = "sightkit_plugin"


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
    """Let a project name its plugins once, in its configuration."""
    parser.addini(SETTING, "The sightkit plugins, modules or paths that sightkit_conformance checks.", type="args")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each check, where a test asks for the fixture."""
    if FIXTURE not in metafunc.fixturenames:
        return
    plugins, cases, ids = plugins_of(metafunc), [], []
    for component, examination in enumerate(examinations_of(plugins, {})):
        for number, check in enumerate(examination.checks):
            cases.append(Case(plugins, component, number))
            ids.append(f"{examination.identity}: {check.name}")
    metafunc.parametrize(FIXTURE, cases, ids=ids, indirect=True)


def plugins_of(metafunc: pytest.Metafunc) -> LoadedPlugins:
    """Return the plugins that a test module, or else the configuration, names.

    Raises:
        pytest.UsageError: neither names one, or one cannot be loaded.
    """
    from sightkit.errors import SightkitError
    from sightkit.testing.plugin import load_plugins_to_check

    named = getattr(metafunc.module, SETTING, None) or metafunc.config.getini(SETTING)
    names = [named] if isinstance(named, str | ModuleType) or not isinstance(named, Sequence) else named
    if not names:
        message = f'{FIXTURE}: say which plugin: {SETTING} = "acme-vision", in {metafunc.module.__name__} or in the '
        raise pytest.UsageError(f"{message}configuration of pytest")
    try:
        return load_plugins_to_check(*names, folder=metafunc.config.rootpath)
    except SightkitError as error:
        raise pytest.UsageError(str(error)) from error


def examinations_of(plugins: LoadedPlugins, examples: Examples) -> list[Examination]:
    """Return the examinations of all that plugins offer."""
    from sightkit.testing.conformance import examinations

    return list(examinations(plugins, examples))


class Kept:
    """The examination that was asked for last: the checks of a component share what they build."""

    def __init__(self) -> None:
        self._key: Any = None
        self._examination: Any = None

    def get(self, case: Case, examples: Examples) -> Examination:
        """Return the examination of a case's component with these examples."""
        key = case.plugins, case.component, examples
        if key != self._key:
            self._key, self._examination = key, examinations_of(case.plugins, examples)[case.component]
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
def sightkit_conformance(
    request: pytest.FixtureRequest, _sightkit_kept: Kept, sightkit_examples: Examples
) -> Callable[[], None]:
    """Call it: it fails if the component does not keep what its kind promises, and says how to mend it."""
    from sightkit.testing.finding import NonconformityError, Outcome

    examination = _sightkit_kept.get(request.param, sightkit_examples)
    check = examination.checks[request.param.check]

    def conform() -> None:
        __tracebackhide__ = True
        finding = examination.finding(check)
        if finding.outcome is Outcome.SKIPPED:
            pytest.skip(finding.reason)
        if finding.outcome is Outcome.FAILED:
            raise NonconformityError([finding])

    return conform
