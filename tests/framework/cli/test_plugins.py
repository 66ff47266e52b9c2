"""``sightkit plugins`` as a person uses it: what is listed, why something failed, and whose code may run."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from command import Command
from plugin_source import metric_plugin, plugin_source

NEEDS_IOU = '[dataset]\nuse = "digits"\n[[metrics]]\nuse = "iou"\n'
NEEDS_NOTHING = '[dataset]\nuse = "digits"\n'


def rows(text: str) -> dict[str, str]:
    """Return the lines of a list by their first word."""
    return {line.split()[0]: line for line in text.splitlines() if line.strip()}


@pytest.fixture
def bad(install) -> None:
    """One plugin of each broken sort, and a sound one."""
    hook = "@hookimpl\ndef sightkit_metrics():\n    "
    sources = {
        "raises": "raise ZeroDivisionError('boom')",
        "misspelt": "@hookimpl\ndef sightkit_metric(): return []",
        "unmarked": "def sightkit_metrics(): return []",
        "quits": f"{hook}import sys; sys.exit(0)",
        "late": f"{hook}yield metric('early')\n    raise KeyError('late')",
        "wraps": "@hookimpl(wrapper=True)\ndef sightkit_metrics():\n    yield\n    return []",
    }
    install("broken", {name: plugin_source(body) for name, body in sources.items()})
    install("acme", {"twice": metric_plugin("iou")})
    install("zenith", {"twice": metric_plugin("iou")})
    install("sound", {"well": metric_plugin("well-made")})


@pytest.mark.usefixtures("bad")
def test_broken_plugins_are_listed_with_the_cause_and_stop_nothing_but_strictness(sightkit: Command, work) -> None:
    listed = sightkit("plugins", "list")
    assert listed.code == 0, listed.err
    found = rows(listed.out)
    for name, cause in {
        "raises": "ZeroDivisionError: boom",
        "misspelt": 'did you mean "sightkit_metrics"?',
        "unmarked": "is not marked as a hook",
        "quits": "it called sys.exit(0)",
        "late": "KeyError: 'late'",
        "wraps": "is marked as a wrapper",
    }.items():
        assert re.match(rf"{name} +failed +installed +broken 1\.0 .*{re.escape(cause)}", found[name])
    assert re.match(r"twice +conflict +installed +acme 1\.0, zenith 1\.0 +.*distribution = ", found["twice"])
    assert re.match(r"well +loaded +installed +sound 1\.0 +metric well-made", found["well"])
    assert "Traceback" not in listed.out + listed.err

    strict = sightkit("plugins", "list", "--strict")
    assert strict.code == 7
    assert rows(strict.out).keys() == found.keys()
    assert "plugin raises (broken 1.0) is not loaded (failed): ZeroDivisionError: boom" in strict.err

    (work / "light.toml").write_text(NEEDS_NOTHING)
    assert sightkit("check", "light.toml").code == 0
    assert sightkit("check", "light.toml", "--strict").code == 7


@pytest.mark.usefixtures("bad")
def test_an_experiment_that_needs_a_broken_plugin_exits_with_7_and_the_line_that_decides_works(
    sightkit: Command, work, home
) -> None:
    (work / "needs.toml").write_text(NEEDS_IOU)
    refused = sightkit("check", "needs.toml")
    assert refused.code == 7
    assert refused.err.startswith('error: needs.toml:4:7: metrics.0.use = "iou": ')
    assert "acme 1.0 (acme_twice) and zenith 1.0 (zenith_twice) both offer a plugin of this name" in refused.err

    decides = re.search(r'registry\.toml \((\S+) is yours\): (\[plugins\.twice\]) (distribution = "\w+")', refused.err)
    assert decides, refused.err
    user = Path(decides[1])
    assert user == home / "config" / "sightkit" / "registry.toml"
    user.parent.mkdir(parents=True)
    user.write_text(f"api = 1\n{decides[2]}\n{decides[3]}\n")
    checked = sightkit("check", "needs.toml")
    assert checked.code == 0, checked.err
    assert re.search(r"^twice +loaded +user +zenith 1\.0 +metric iou$", sightkit("plugins", "list").out, re.MULTILINE)


@pytest.mark.usefixtures("bad")
def test_one_plugin_is_shown_with_its_traceback_or_with_what_it_offers(sightkit: Command) -> None:
    failed = sightkit("plugins", "show", "raises")
    assert failed.code == 0
    assert "raise ZeroDivisionError('boom')" in failed.out
    assert "broken_raises.py" in failed.out

    loaded = sightkit("plugins", "show", "well")
    assert re.search(r"^status +loaded \(decided by: installed\)$", loaded.out, re.MULTILINE)
    assert re.search(r"^metric +well-made +Says nothing\.$", loaded.out, re.MULTILINE)

    unknown = sightkit("plugins", "show", "wel")
    assert unknown.code == 2
    assert "no plugin wel is installed: pip install it" in unknown.err
    assert unknown.err.endswith('did you mean "well"?\n')


def test_a_script_gets_the_same_as_json(sightkit: Command, install) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="2.1")
    listed = sightkit("plugins", "list", "--json")
    found = {each["name"]: each for each in json.loads(listed.out)}
    assert found["vision"]["status"] == "loaded"
    assert found["vision"]["version"] == "2.1"
    assert found["vision"]["components"] == {"metric": ["iou"]}
    assert found["adam"]["decided_by"] == "built-in"
    assert found["sightkit-recipes"]["recipes"]
    assert json.loads(sightkit("plugins", "show", "vision", "--json").out) == {
        **found["vision"],
        "import_seconds": pytest.approx(found["vision"]["import_seconds"], abs=5),
    }


def test_what_a_plugin_prints_does_not_get_into_what_a_script_reads(sightkit: Command, install) -> None:
    install("chatty", {"chatty": metric_plugin("iou", first="print('hello')")})
    listed = sightkit("plugins", "list", "--json")
    assert "chatty" in [each["name"] for each in json.loads(listed.out)]
    assert listed.err == "hello\n"


def test_a_heavy_import_is_told_without_the_library_being_needed(sightkit: Command, install, site) -> None:
    (site / "jax.py").write_text("")
    install("heavy", {"heavy": metric_plugin("iou", first="import jax")})
    assert "note: imports jax when it is loaded; move the import into build" in sightkit("plugins", "list").out


def test_a_named_registry_counts_and_a_wrong_one_is_told_with_its_place(sightkit: Command, work) -> None:
    (work / "more.toml").write_text("api = 1\n[plugins.f1]\nenabled = false\n")
    listed = sightkit("plugins", "list", "--registry", "more.toml")
    assert re.search(r"^f1 +disabled +command line .*more\.toml says enabled = false$", listed.out, re.MULTILINE)
    (work / "more.toml").write_text("api = 1\n[plugins.f1]\nenable = false\n")
    wrong = sightkit("plugins", "list", "--registry", "more.toml")
    assert wrong.code == 2
    assert 'error: more.toml:3:1: unknown key "enable" in [plugins.f1]; did you mean "enabled"?' in wrong.err


# Trust ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """What is there once a stranger's code has run."""
    return tmp_path / "canary"


@pytest.fixture
def stranger(work: Path, canary: Path) -> Path:
    """The working directory as a stranger's project, whose plugin leaves a canary."""
    (work / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n')
    (work / "mine.py").write_text(metric_plugin("iou", first=f"open({str(canary)!r}, 'w').close()"))
    (work / "needs.toml").write_text(NEEDS_IOU)
    (work / "light.toml").write_text(NEEDS_NOTHING)
    return work


COMMANDS = ("plugins list", "components", "recipes", "schema", "show light.toml", "check light.toml")


def test_in_a_stranger_s_folder_every_command_works_warns_once_and_runs_nothing(
    sightkit: Command, stranger, canary
) -> None:
    for command in COMMANDS:
        done = sightkit(*command.split())
        assert done.code == 0, done.err
        assert done.err.count("warning: ") == 1
        assert f"{stranger / 'registry.toml'} does not count: it is not trusted yet" in done.err
        assert "sightkit plugins trust ." in done.err
        assert "mine" not in done.out
    assert not canary.exists()


def test_a_project_counts_where_the_experiment_is_and_not_where_the_user_is(
    sightkit: Command, stranger, canary, tmp_path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "light.toml").write_text(NEEDS_NOTHING)
    refused = sightkit("check", stranger / "needs.toml", cwd=own)
    assert refused.code == 2
    assert "sightkit plugins trust ../work" in refused.err
    assert not canary.exists()
    assert not sightkit("check", own / "light.toml", cwd=stranger).err


def test_the_command_that_is_suggested_is_quoted_for_the_shell(sightkit: Command, tmp_path) -> None:
    folder = tmp_path / "work" / "data; touch owned"
    folder.mkdir()
    (folder / "registry.toml").write_text("api = 1\n")
    (folder / "light.toml").write_text(NEEDS_NOTHING)
    assert "sightkit plugins trust 'data; touch owned'" in sightkit("check", folder / "light.toml").err


def test_a_trusted_project_counts_until_something_in_it_changes_or_it_is_revoked(
    sightkit: Command, stranger, canary
) -> None:
    trusted = sightkit("plugins", "trust")
    assert trusted.code == 0
    assert not canary.exists()
    assert {str(stranger / name) for name in ("registry.toml", "mine.py")} <= set(trusted.out.split())

    assert sightkit("check", "needs.toml").code == 0
    assert canary.exists()
    listed = sightkit("plugins", "list")
    assert re.search(
        rf"^mine +loaded +project +{re.escape(str(stranger))}/mine\.py +metric iou$", listed.out, re.MULTILINE
    )
    assert not listed.err

    canary.unlink()
    (stranger / "mine.py").write_text((stranger / "mine.py").read_text() + "# harmless\n")
    changed = sightkit("check", "needs.toml")
    assert changed.code == 2
    assert f"{stranger / 'mine.py'} changed since it was trusted" in changed.err
    assert not canary.exists()

    assert sightkit("plugins", "trust", stranger).code == 0
    revoked = sightkit("plugins", "trust", "--revoke")
    assert "trusted no longer" in revoked.out
    assert "was not trusted" in sightkit("plugins", "trust", "--revoke").out
    assert "it is not trusted yet" in sightkit("plugins", "list").err
    assert not canary.exists()


@pytest.mark.parametrize(
    ("words", "env", "runs"),
    [
        (("--trust-project",), {}, True),
        ((), {"SIGHTKIT_TRUST_PROJECT": "1"}, True),
        ((), {"SIGHTKIT_TRUST_PROJECT": "0"}, False),
        ((), {"SIGHTKIT_TRUST_PROJECT": ""}, False),
    ],
)
def test_ci_trusts_by_a_flag_or_a_variable(words, env, runs, sightkit: Command, stranger, canary) -> None:
    done = sightkit("check", "needs.toml", *words, env=env)
    assert (done.code == 0) is runs, done.err
    assert canary.exists() is runs
    if runs:
        assert "it is not trusted yet" in sightkit("plugins", "list").err  # nothing was recorded


ODD = {
    "no TOML": lambda file: file.write_bytes(b"\xff\xfe[["),
    "a folder": lambda file: file.mkdir(),
    "a link to itself": lambda file: file.symlink_to(file.name),
    "a pipe": os.mkfifo,
    "a device": lambda file: file.symlink_to("/dev/zero"),
    "a terabyte": lambda file: (file.touch(), os.truncate(file, 10**12)),
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_a_stranger_calls_registry_toml_commands_work(name, sightkit: Command, work) -> None:
    ODD[name](work / "registry.toml")
    done = sightkit("plugins", "list")
    assert done.code == 0, done.err
    assert "accuracy" in done.out


def test_what_cannot_be_trusted_is_told(sightkit: Command, work) -> None:
    missing = sightkit("plugins", "trust")
    assert missing.code == 2
    assert "registry.toml: no such file; expected a project's registry.toml" in missing.err
    (work / "registry.toml").write_text("api = 3\n")
    wrong = sightkit("plugins", "trust")
    assert wrong.code == 2
    assert "registry.toml:1:7: api: expected 1, found 3" in wrong.err
