"""sightkit plugins check: the conformance kit without pytest."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from command import Command

BROKEN = Path(__file__).parents[1] / "testing" / "broken"


@pytest.fixture
def schedules(work) -> Path:
    return Path(shutil.copy(BROKEN / "schedule.py", work / "schedules.py"))


def test_a_plugin_that_conforms_is_told_check_by_check(sightkit: Command):
    done = sightkit("plugins", "check", "cosine")
    assert (done.code, done.err) == (0, "")
    first, heading, *rows, _, summary = done.out.splitlines()
    assert first == "schedule cosine/cosine"
    assert heading.split() == ["check", "result", "why"]
    assert len(rows) == 11
    assert all(row.endswith("passed") for row in rows)
    assert summary == "11 passed"


def test_what_breaks_a_contract_is_told_with_its_remedy_and_ends_with_7(sightkit: Command, schedules: Path):
    done = sightkit("plugins", "check", schedules.name)
    assert done.code == 7
    assert done.err == "error: schedules.py: 4 of 44 checks failed\n"
    assert "schedule schedules/is-a-function-of-the-step" in done.out
    assert "\nis a function of the step\n  expected  0.0003" in done.out
    assert "  remedy    compute the rate from the step alone, and count nothing inside\n" in done.out
    assert "4 failed" in done.out.splitlines()[-1]


def test_json_holds_every_finding(sightkit: Command, schedules: Path):
    done = sightkit("plugins", "check", str(schedules), "--json")
    assert done.code == 7
    findings = json.loads(done.out)
    failed = {each["component"]: each["check"] for each in findings if each["outcome"] == "failed"}
    assert failed["schedules/starts-from-the-learning-rate"] == "starts from the learning rate"
    assert {each["outcome"] for each in findings} == {"passed", "failed", "skipped"}
    assert all(each["remedy"] for each in findings if each["outcome"] == "failed")


def test_what_a_plugin_prints_is_kept_out_of_the_json(sightkit: Command, work: Path):
    loud = (BROKEN / "schedule.py").read_text().replace("return task.learning_rate\n", 'print("built")\n')
    (work / "loud.py").write_text(loud)
    done = sightkit("plugins", "check", "loud.py", "--json")
    assert json.loads(done.out)
    assert "built" in done.err


def test_a_parameter_without_a_default_needs_an_example(sightkit: Command, work: Path):
    pictures = work / "pictures"
    for number in range(4):
        (pictures / str(number % 2)).mkdir(parents=True, exist_ok=True)
        (pictures / str(number % 2) / f"{number}.pgm").write_bytes(b"P5 2 2 255 " + bytes([number] * 4))
    without = sightkit("plugins", "check", "image-folder")
    assert without.code == 7
    assert "remedy    give one in sightkit_examples, or with --example image-folder.path=VALUE" in without.out
    given = sightkit("plugins", "check", "image-folder", "--example", "image-folder.path=pictures")
    assert given.code == 0, given.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["cosin"], 7, "error: cosin: no such plugin; expected the name of a plugin or of a distribution"),
        (["no.such.module"], 7, "no.such.module: no such plugin"),
        (["nowhere.at.all"], 7, "error: nowhere.at.all: no such plugin; expected the name of a plugin"),
        (["nowhere.py"], 7, "nowhere.py: no such plugin; expected a .py file"),
        (
            ["cosine", "-e", "cosine"],
            2,
            "error: --example cosine: expected NAME.KEY=VALUE or KIND.NAME.KEY=VALUE, such as lesions.path=images",
        ),
        (["cosine", "--shape", "cosine=8x8"], 2, "error: --shape cosine=8x8: expected NAME=HEIGHTxWIDTHxCHANNELS"),
        (["cosine", "-e", "sine.warmup_epochs=1"], 2, "examples: expected names of components that are checked"),
    ],
)
def test_what_cannot_be_checked_is_told_without_a_traceback(sightkit: Command, words, code, message):
    done = sightkit("plugins", "check", *words)
    assert done.code == code
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_module_whose_package_fails_is_told_without_a_traceback(sightkit: Command, work: Path, monkeypatch):
    (work / "modules" / "failing").mkdir(parents=True)
    (work / "modules" / "failing" / "__init__.py").write_text("raise RuntimeError('no weights')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(work / "modules"), os.environ.get("PYTHONPATH", "")]))
    done = sightkit("plugins", "check", "failing.part")
    assert done.code == 7
    assert done.err == "error: failing.part: a package that it is in cannot be imported: RuntimeError: no weights\n"


def test_a_plugin_of_the_trusted_project_is_found_by_its_name(sightkit: Command, work: Path, schedules: Path):
    (work / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "schedules.py"\n')
    done = sightkit("plugins", "check", "mine", "--trust-project")
    assert done.code == 7
    assert "schedule mine/builds" in done.out


def test_names_that_steer_the_terminal_are_spelled(sightkit: Command, work: Path):
    source = (
        (BROKEN / "schedule.py").read_text().replace("return task.learning_rate\n", 'raise ValueError("\\x1b[31m")\n')
    )
    (work / "red.py").write_text(source)
    done = sightkit("plugins", "check", "red.py")
    assert "\x1b" not in done.out
    assert "\\x1b[31m" in done.out


STUBBORN = """
import time

from sightkit import Params, Schedule, hookimpl


class Nothing(Params):
    \"\"\"No parameters.\"\"\"


def build(params, task):
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass


@hookimpl
def sightkit_schedules():
    return [Schedule(name=name, summary="Stubborn.", params=Nothing, build=build) for name in ("one", "two")]
"""


def test_what_cannot_be_interrupted_is_told_and_ends_the_command(sightkit: Command, work: Path):
    (work / "stubborn.py").write_text(STUBBORN)
    done = sightkit("plugins", "check", "stubborn.py", "--timeout", "3")
    assert done.code == 7
    assert done.err == "error: stubborn/one: builds: it cannot be interrupted, so nothing after it was checked\n"
    assert re.search(r"it was still at .*stubborn\.py:1[3-6]\b", done.out)
    assert "  expected  an end within 3 seconds\n" in done.out


def test_a_component_that_crashes_the_process_is_told_with_its_line(sightkit: Command, work: Path):
    crash = "    import ctypes\n\n    ctypes.string_at(0)\n"
    (work / "crashing.py").write_text(STUBBORN.replace("    while True:\n", f"{crash}    while True:\n"))
    done = sightkit("plugins", "check", "crashing.py")
    assert done.code < 0
    assert re.search(r'File ".*crashing\.py", line 14 in build', done.err)


def test_an_import_that_does_not_end_is_told_with_its_line(sightkit: Command, work: Path):
    (work / "slow.py").write_text("import time\n\ntime.sleep(1000)\n")
    done = sightkit("plugins", "check", "slow.py", "--timeout", "5")
    assert done.code == 7
    assert done.err.startswith(f"error: {work / 'slow.py'}:3: no end of the import after 5 seconds; ")


TWO_OF_A_NAME = """
from pydantic import Field

from sightkit import Metric, Params, Schedule, hookimpl


class FactorParams(Params):
    factor: float = Field(description="What the rate is multiplied by.")


@hookimpl
def sightkit_schedules():
    build = lambda params, task: lambda step: task.learning_rate * params.factor
    return [Schedule(name="mine", summary="Mine.", params=FactorParams, build=build)]


@hookimpl
def sightkit_metrics():
    return [Metric(name="mine", summary="Mine.", params=FactorParams, build=lambda params, task: None)]
"""


def test_several_plugins_are_checked_and_a_kind_says_which_of_two_components_is_meant(sightkit: Command, work: Path):
    (work / "two.py").write_text(TWO_OF_A_NAME)
    example, shape = "schedule.mine.factor=2.0", "schedule.mine=9x12x13"
    done = sightkit("plugins", "check", "cosine", "two.py", "-e", example, "--shape", shape)
    assert done.err == "error: cosine, two.py: 1 of 35 checks failed\n"
    *_, rest = done.out.partition("metric two/mine")
    assert "  found     none of factor\n" in rest
    assert "--example mine.factor=VALUE" in rest
    assert rest.count('"has valid parameters" failed') == 1, "a reason for several checks is told once"
    assert rest.count("as above") > 3
