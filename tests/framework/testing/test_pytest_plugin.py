"""The fixture sightkit_conformance, in the tests of somebody else's plugin: real files, and a pytest of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from plugin_source import plugin_source

ROOT = Path(__file__).parents[3]
MODULE = "sightkit.testing.pytest_plugin"

HALVING = '''
from pydantic import Field
from sightkit import Params, Schedule, hookimpl


class HalvingParams(Params):
    """Parameters of ``use = "halving"``."""

    every: int = Field({default}, ge=1, description="Steps after which the learning rate halves.")


def build_halving(params, task):
    return lambda step: task.learning_rate * 0.5 ** (step // params.every)


@hookimpl
def sightkit_schedules():
    return [Schedule(name="halving", summary="Halves.", params=HalvingParams, build=build_halving)]
'''
TEST = """
def test_conformance(sightkit_conformance):
    sightkit_conformance()
"""


@pytest.fixture
def run(tmp_path):
    """Run pytest in a project with the plugin `acme.py`, as somebody does who has sightkit installed."""

    def run(tests: str, *, plugin: str = HALVING.format(default=10), ini: str = "") -> str:
        (tmp_path / "acme.py").write_text(plugin)
        (tmp_path / "test_acme.py").write_text(tests)
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")
        # Other plugins of this environment stay out, and so does an entry point of another checkout.
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        words = [sys.executable, "-m", "pytest", "-p", MODULE, "-p", "no:cacheprovider", "-v", "-rs", "--strict-config"]
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.run(words, cwd=tmp_path, env=environment, text=True, check=False, timeout=120, **pipe).stdout

    return run


def test_each_check_of_each_component_is_a_test_that_bears_its_name(run):
    out = run(f'sightkit_plugin = "acme.py"\n{TEST}')
    assert "test_acme.py::test_conformance[acme/halving: is finite at every step] PASSED" in out
    assert "test_acme.py::test_conformance[acme/halving: imports lightly] PASSED" in out
    assert "11 passed in" in out


def test_a_project_may_name_its_plugin_in_its_configuration(run):
    assert "11 passed in" in run(TEST, ini="sightkit_plugin = acme.py")


def test_a_plugin_may_be_a_module_object_or_several_names(run):
    assert "11 passed in" in run(f"import acme\nsightkit_plugin = acme\n{TEST}", ini="pythonpath = .")
    assert "33 passed in" in run(f'sightkit_plugin = ["acme.py", "cosine", "constant"]\n{TEST}')


def test_a_failure_says_what_was_expected_and_found_and_what_to_do(run):
    out = run(f'sightkit_plugin = "acme.py"\n{TEST}', plugin=HALVING.format(default=0))
    assert "1 failed" in out
    assert "E         expected: defaults that are valid themselves" in out
    assert "E         found:    the default of every: " in out
    assert "E         remedy:   change the default, or the bounds that it breaks" in out
    assert '"has valid parameters" failed' in out, "the reason of what was skipped"


def test_examples_come_from_a_fixture_that_the_project_overrides(run):
    plugin = HALVING.replace("Field({default}, ge=1", "Field(ge=1")
    failed = run(f'sightkit_plugin = "acme.py"\n{TEST}', plugin=plugin)
    assert "found:    none of every" in failed
    examples = """
import pytest

@pytest.fixture
def sightkit_examples(tmp_path):
    return {"halving": [{"every": 1}, {"every": 20}]}
"""
    assert "11 passed in" in run(f'{examples}\nsightkit_plugin = "acme.py"\n{TEST}', plugin=plugin)


STUBBORN = HALVING.format(default=10).replace(
    "    return lambda step: task",
    "    import time\n    while True:\n        try:\n            time.sleep(1)\n        except BaseException:\n"
    "            {what}\n    return lambda step: task",
)


def test_a_check_that_does_not_end_fails_with_its_line_and_the_others_go_on(run):
    ini = "sightkit_timeout = 3"
    out = run(f'sightkit_plugin = "acme.py"\n{TEST}', plugin=STUBBORN.replace("{what}", "raise"), ini=ini)
    assert re.search(r"\d failed, \d+ passed", out)
    assert "E         expected: an end within 3 seconds" in out
    assert re.search(r"E         found:    it was still at .*acme\.py:1[4-8]\b", out)


def test_what_cannot_be_interrupted_ends_pytest_with_its_line(run):
    ini = "sightkit_timeout = 3"
    out = run(f'sightkit_plugin = "acme.py"\n{TEST}', plugin=STUBBORN.replace("{what}", "pass"), ini=ini)
    assert re.search(r"  found:    it was still at .*acme\.py:1[4-8]\n", out)
    assert "It cannot be interrupted: pytest ends here." in out
    assert "passed in" not in out


def test_a_timeout_that_is_no_number_of_seconds_is_refused(run):
    out = run(f'sightkit_plugin = "acme.py"\n{TEST}', ini="sightkit_timeout = nan")
    assert "sightkit_timeout: expected a number of seconds, or 0 for no limit, found 'nan'" in out


def test_shapes_of_images_come_from_a_fixture_that_the_project_overrides(run):
    fixture = 'import pytest\n\n@pytest.fixture\ndef sightkit_shapes():\n    return {"halving": (9, 12)}\n'
    out = run(f'{fixture}\nsightkit_plugin = "acme.py"\n{TEST}')
    assert "shapes: expected (height, width, channels), such as (299, 299, 3), found (9, 12)" in out


def test_an_example_of_no_component_is_refused(run):
    examples = 'import pytest\n\n@pytest.fixture\ndef sightkit_examples():\n    return {"halfing": {"every": 1}}\n'
    out = run(f'{examples}\nsightkit_plugin = "acme.py"\n{TEST}')
    assert "found 'halfing'; did you mean \"halving\"?" in out


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        (TEST, 'sightkit_conformance: say which plugin: sightkit_plugin = "acme-vision", in test_acme or in the'),
        (f'sightkit_plugin = "acne"\n{TEST}', "acne: no such plugin; expected the name of a plugin"),
        (f'sightkit_plugin = "cosin"\n{TEST}', 'did you mean "cosine"?'),
    ],
)
def test_a_plugin_that_is_not_there_is_told_once_and_not_in_a_traceback(run, tests, message):
    out = run(tests)
    assert message in out
    assert "_hookexec" not in out, "a traceback through pytest says nothing to whoever forgot to install a plugin"


def test_a_plugin_that_offers_nothing_or_fails_is_told(run):
    assert "acme.py: offers nothing" in run(f'sightkit_plugin = "acme.py"\n{TEST}', plugin="")
    broken = plugin_source("@hookimpl\ndef sightkit_metric(): return []")
    assert "there is no hook sightkit_metric" in run(f'sightkit_plugin = "acme.py"\n{TEST}', plugin=broken)


def test_a_project_that_does_not_ask_for_it_imports_nothing_of_sightkit(run):
    out = run(
        "import sys\n\ndef test_light():\n"
        "    assert sorted(name for name in sys.modules if name.startswith('sightkit')) == "
        f"['sightkit', 'sightkit.testing', {MODULE!r}]\n    assert 'pydantic' not in sys.modules\n"
    )
    assert "1 passed" in out


def test_the_distribution_announces_it_to_pytest():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"sightkit": MODULE}
