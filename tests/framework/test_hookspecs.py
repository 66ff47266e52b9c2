"""Every hook is documented, in its docstring and for those who write plugins, and has a test."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import FunctionType

import pytest

from sightkit import hookspecs
from sightkit.component import KINDS, collecting_hook
from sightkit.registry.hooks import COLLECTING, RUN

TESTS = Path(__file__).parents[1]
GUIDE = TESTS.parent / "docs" / "writing-a-plugin.md"
HOOKS = {
    name: function
    for name, function in vars(hookspecs).items()
    if isinstance(function, FunctionType) and hasattr(function, "sightkit_spec")
}


def test_hooks_are_either_collecting_or_run_hooks_and_every_kind_has_one() -> None:
    assert set(HOOKS) == {*COLLECTING, *RUN}
    assert {collecting_hook(kind) for kind in KINDS.values()} | {"sightkit_recipes"} == set(COLLECTING)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_it_is_for_and_what_each_argument_holds(name) -> None:
    text = inspect.getdoc(HOOKS[name]) or ""
    first = text.split("\n", 1)[0]
    assert first.endswith("."), "the first line of a docstring is a sentence"
    for argument in inspect.signature(HOOKS[name]).parameters:
        assert re.search(rf"^    {argument}: \S", text, re.MULTILINE), f"{argument} is not documented"


@pytest.mark.parametrize("name", COLLECTING)
def test_a_collecting_hook_takes_nothing(name) -> None:
    assert not inspect.signature(HOOKS[name]).parameters


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_in_the_guide_for_plugin_authors(name) -> None:
    assert re.search(rf"\b{name}\b", GUIDE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_a_test(name) -> None:
    others = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    assert any(re.search(rf"def {name}\b|\"{name}\"", path.read_text(encoding="utf-8")) for path in others)
