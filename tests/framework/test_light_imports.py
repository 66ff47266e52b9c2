"""Commands that train nothing import no heavy library, so that they answer at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "sklearn", "matplotlib", "numpy", "scipy", "PIL")
COMMANDS = (
    "--help",
    "--version",
    "check digits",
    "show digits",
    "show digits --origins",
    "plugins list",
    "plugins new acme-vision",
    "plugins show adam",
    "components",
    "component architecture basic-cnn",
    "recipes",
    "schema",
)
PROGRAM = f"""
import sys
from sightkit.cli import start

code = start(sys.argv[1:])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"imported {{', '.join(loaded)}}" if loaded else code)
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_light_command_imports_no_heavy_library(command, home, tmp_path) -> None:
    words = [sys.executable, "-c", PROGRAM, *command.split()]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_importing_sightkit_imports_nothing_but_the_package_itself(home, tmp_path) -> None:
    program = "import sys; before = set(sys.modules); import sightkit; print(*(set(sys.modules) - before))"
    words = [sys.executable, "-I", "-c", program]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["sightkit"]
