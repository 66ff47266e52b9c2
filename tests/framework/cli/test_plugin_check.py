"""sightkit plugins check: the conformance kit without pytest."""

from __future__ import annotations

import json
import os
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
            "error: --example cosine: expected NAME.KEY=VALUE, such as lesions.path=images",
        ),
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
