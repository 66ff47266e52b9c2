"""`sightkit schema`: what it prints, and that an editor finds it by the first line of an experiment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from command import Command

PLUGIN = '''
"""A plugin of a project."""

from pydantic import Field

from sightkit import Optimizer, Params, hookimpl


class SlowParams(Params):
    """Parameters."""

    learning_rate: float = Field(0.1, gt=0, description="The learning rate.")
    patience: int = Field(3, ge=1, description="How many epochs it waits.")


@hookimpl
def sightkit_optimizers():
    return [Optimizer(name="slow", summary="Slow.", params=SlowParams, build=print)]
'''
SLOW = {"dataset": {"use": "digits"}, "optimizer": {"use": "slow", "patience": 1}}


@pytest.fixture
def registry(work: Path) -> Path:
    (work / "slow.py").write_text(PLUGIN)
    path = work / "more.toml"
    path.write_text('api = 1\n[plugins.slow]\npath = "slow.py"\n\n[plugins.sgd]\nenabled = false\n')
    return path


def complaints(tool: str, work: Path, file: str) -> str:
    """Return what a language server's command line has against an experiment; it finds the schema by itself."""
    words = {
        "taplo": ["taplo", "lint", "--no-auto-config", "--colors", "never", file],
        "tombi": ["tombi", "lint", "--offline", "--no-cache", "--error-on-warnings", file],
    }[tool]
    program = Path(sys.executable).with_name(words[0])
    env = {**os.environ, "XDG_CACHE_HOME": str(work / "cache"), "NO_COLOR": "1"}
    done = subprocess.run([program, *words[1:]], cwd=work, capture_output=True, text=True, check=False, env=env)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_schema_is_printed_or_written_to_a_file(sightkit: Command, work: Path) -> None:
    printed = sightkit("schema")
    written = sightkit("schema", "-o", "sightkit.schema.json")
    assert (printed.code, written.code, written.out) == (0, 0, "")
    assert (work / "sightkit.schema.json").read_text() == printed.out
    Draft7Validator.check_schema(json.loads(printed.out))


def test_a_folder_that_does_not_exist_is_named(sightkit: Command) -> None:
    outcome = sightkit("schema", "-o", "nowhere/sightkit.schema.json")
    assert outcome.code == 5
    assert "nowhere/sightkit.schema.json" in outcome.err
    assert "Traceback" not in outcome.err


def test_the_schema_is_made_from_the_plugins_that_are_enabled(sightkit: Command, registry: Path) -> None:
    plain = Draft7Validator(json.loads(sightkit("schema").out))
    changed = Draft7Validator(json.loads(sightkit("schema", "--registry", registry).out))
    assert not plain.is_valid(SLOW)
    assert changed.is_valid(SLOW)
    sgd = {"dataset": {"use": "digits"}, "optimizer": {"use": "sgd"}}
    assert plain.is_valid(sgd)
    assert not changed.is_valid(sgd)


@pytest.mark.parametrize("tool", ["taplo", "tombi"])
def test_an_editor_finds_the_schema_by_the_first_line_of_an_experiment(
    sightkit: Command, work: Path, registry: Path, tool: str
) -> None:
    sightkit("schema", "-o", "sightkit.schema.json", "--registry", registry)
    experiment = sightkit("show", "digits").out
    right = work / "right.toml"
    right.write_text(f"#:schema ./sightkit.schema.json\n{experiment}")
    wrong = work / "wrong.toml"
    wrong.write_text(right.read_text().replace('use = "adam"', 'use = "adan"'))
    assert complaints(tool, work, "right.toml") == ""
    assert "adan" in complaints(tool, work, "wrong.toml")
