"""The conformance kit applied to what ships with sightkit, for tests of the kinds."""

from __future__ import annotations

from functools import cache

from sightkit.testing import NonconformityError, Outcome
from sightkit.testing.conformance import Examples, examinations
from sightkit.testing.plugin import LoadedPlugins, load_plugins_to_check

LIGHT = "imports lightly"
"""This check starts an interpreter; one is enough for all modules, see test_conformance.py."""


@cache
def shipped() -> LoadedPlugins:
    """Return all that ships."""
    return load_plugins_to_check("sightkit")


def names(*kinds: str) -> list[str]:
    """Return the components of some kinds, as ``plugin/component``."""
    return [each.identity for each in examinations(shipped(), {}) if each.kind in kinds]


def insist_on(identity: str, examples: Examples | None = None) -> None:
    """Insist that a component passes every check, and that none but those that do not apply was skipped."""
    found = [
        examination.finding(check)
        for examination in examinations(shipped(), examples or {})
        if examination.identity == identity
        for check in examination.checks
        if check.name != LIGHT
    ]
    assert found
    if failures := [each for each in found if each.outcome is Outcome.FAILED]:
        raise NonconformityError(failures)
    assert sum(each.outcome is Outcome.SKIPPED for each in found) <= 2, found
