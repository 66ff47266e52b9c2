"""The public names of sightkit."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sightkit


def test_every_public_name_can_be_loaded_and_is_listed() -> None:
    for name in sightkit.__all__:
        assert getattr(sightkit, name) is not None
    assert set(dir(sightkit)) == set(sightkit.__all__)


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sightkit.nonsense


def test_importing_sightkit_imports_nothing_else_of_it() -> None:
    code = "import sys; before = set(sys.modules); import sightkit; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['sightkit']"
