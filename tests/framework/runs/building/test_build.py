"""Building components: whatever a plugin's code raises, when it is built or used, is told as that plugin's."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from sightkit import Augmentation, DataError, Geometric, Loss, Mixing, Params, PluginError, Pointwise, StorageError
from sightkit.runs.building.build import blaming, build_function, build_transform
from sightkit.use import PYTHON, THIS_PROCESS, Found, Use


class Nothing(Params):
    """No parameters."""


def use_of(built: Any, *, kind: Any = Loss) -> Use[Any]:
    """Return a component that builds ``built``."""
    component = kind(name="mine", summary="Mine.", params=Nothing, build=lambda _params, _task: built)
    return Use(Found(component, plugin="acme", origin="acme 1.0"), Nothing(), "mine")


def fail(*_arguments: object) -> None:
    raise ZeroDivisionError("oops")


def leave(*_arguments: object) -> None:
    sys.exit(0)


@pytest.mark.parametrize(("function", "cause"), [(fail, "ZeroDivisionError: oops"), (leave, "SystemExit: 0")])
def test_a_function_that_fails_when_it_is_used_is_told_as_the_plugins(function, cause):
    built = build_function(use_of(function), task=None)
    with pytest.raises(PluginError, match=rf'loss "mine" \(plugin acme, from acme 1.0\) failed .* used: {cause}; this'):
        built(1, 2)


def test_a_function_of_the_hosts_own_is_no_plugins_mistake():
    found = Found(use_of(fail).component, plugin=PYTHON, origin=THIS_PROCESS)
    with pytest.raises(PluginError, match=r'loss "mine" \(plugin python, from this process\) failed .*: oops$'):
        build_function(Use(found, Nothing(), "mine"), task=None)(1, 2)


@pytest.mark.parametrize("transform", [Pointwise(fail), Mixing(fail), Geometric(fail)])
def test_a_transform_that_fails_is_told_as_the_plugins_and_keeps_its_form(transform):
    built = build_transform(use_of(transform, kind=Augmentation), task=None)
    assert type(built) is type(transform)
    with pytest.raises(PluginError, match=r'augmentation "mine" \(plugin acme, .*oops'):
        built.matrices(1) if isinstance(built, Geometric) else built.apply(1, 2)


def test_a_component_that_built_something_else_is_refused_before_it_is_used():
    with pytest.raises(PluginError, match=r'loss "mine" .* built None; expected a function'):
        build_function(use_of(None), task=None)
    with pytest.raises(PluginError, match=r"built None; expected Pointwise, Geometric or Mixing"):
        build_transform(use_of(None, kind=Augmentation), task=None)


@pytest.mark.parametrize("error", [DataError("mine"), MemoryError(), KeyboardInterrupt()])
def test_what_is_nobodys_mistake_is_let_through(error):
    with pytest.raises(type(error)), blaming(use_of(None), "failed"):
        raise error


def test_a_full_disk_is_not_the_plugins_fault_and_says_what_was_written(tmp_path: Path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(StorageError, match=r'a file of loss "mine" .*No space'), blaming(use_of(None), "failed"):
        raise full
