"""For every check a component that breaks what it demands: that check catches it, alone, and says how to mend it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from sightkit.testing import Outcome
from sightkit.testing.checks import CONTRACTS, common
from sightkit.testing.checks.recipe import CHECKS as RECIPE_CHECKS
from sightkit.testing.conformance import examinations
from sightkit.testing.plugin import load_plugins_to_check

BROKEN = Path(__file__).parent / "broken"
LIGHT = "imports lightly"
WITHOUT_FAILURE = "has what it requires"
"""This one never fails: what is not installed can't be checked."""

CHECKS = {
    **{kind: [check.name for check in contract.checks(after=())] for kind, contract in CONTRACTS.items()},
    "common": [check.name for check in (*common.ALWAYS, *common.WITH_PARAMETERS)],
    "recipe": [check.name for check in RECIPE_CHECKS],
}
CASES = [(kind, check) for kind, checks in CHECKS.items() for check in checks if check not in {LIGHT, WITHOUT_FAILURE}]
FILES = {"common": "common.py", "recipe": "recipes", **{kind: f"{kind}.py" for kind in CONTRACTS}}


@cache
def examined(file: str):
    """The examination of each broken component in a file, by the component's name."""
    return {each.identity.rpartition("/")[2]: each for each in examinations(load_plugins_to_check(BROKEN / file), {})}


@pytest.mark.parametrize("kind", CHECKS)
def test_there_is_a_broken_component_for_every_check(kind):
    expected = {check.replace(" ", "-") for of, check in CASES if of == kind}
    assert set(examined(FILES[kind])) == expected


@pytest.mark.parametrize(("kind", "check"), CASES, ids=lambda word: word.replace(" ", "-"))
def test_it_is_caught_by_that_check_alone_which_says_how_to_mend_it(kind, check):
    examination = examined(FILES[kind])[check.replace(" ", "-")]
    found = [examination.finding(each) for each in examination.checks if each.name != LIGHT]
    (failure,) = (each for each in found if each.outcome is Outcome.FAILED)
    assert failure.check == check, failure
    for said in (failure.expected, failure.found, failure.remedy):
        assert len(said) > 3, failure
        assert "\n" not in said
    assert not re.fullmatch("mend what (the error says|was raised at .*:[0-9]+)", failure.remedy), "no check foresaw it"


def test_what_fails_when_it_is_compiled_is_told_with_its_line():
    examination = examined("augmentation.py")["works-compiled"]
    (failure,) = (each for each in examination.findings() if each.outcome is Outcome.FAILED)
    assert failure.found.startswith("OperatorNotAllowedInGraphError: ")
    assert re.match(r"mend what was raised at .*augmentation\.py:\d+, or return the dtype", failure.remedy)


def test_a_module_that_loads_a_heavy_library_is_caught():
    (examination,) = examined("heavy.py").values()
    (failure,) = (each for each in examination.findings() if each.outcome is Outcome.FAILED)
    assert failure.check == LIGHT
    assert failure.found == f"it loads numpy at {BROKEN / 'heavy.py'}:3"
    assert str(BROKEN / "heavy.py") in failure.expected
    assert "move these imports into the functions" in failure.remedy
