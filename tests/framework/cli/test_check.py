"""``sightkit check``: wrong experiments, each told with everything that is wrong, exactly where it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from command import Command
from nested_components import write_nested_plugin
from sightkit import Augmentation, Registry
from sightkit.cli import start
from wrong_experiments import CASES, DIGITS, NESTED


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, for commands in this process."""
    made = tmp_path / "folder"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    """Write files, with the folders they need."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_experiment_is_told_completely_and_exactly(name, folder, capsys):
    case = CASES[name]
    write(folder, {"x.toml": case.file, **case.others})
    code = start(["check", "x.toml", *case.words])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.removeprefix("error: ").rstrip("\n").split("\n") == list(case.errors)
    assert code == 2


@pytest.mark.parametrize("name", NESTED)
def test_a_mistake_in_a_nested_component_is_told_at_its_own_place(name, folder, tmp_path, capsys):
    case = NESTED[name]
    registry = write_nested_plugin(tmp_path)
    write(folder, {"x.toml": case.file})
    code = start(["check", "x.toml", "--registry", str(registry), *case.words])
    origin = f"from {tmp_path / 'nested_plugin.py'}"
    names = ", ".join(Registry(extra=[registry]).catalogue.names(Augmentation))
    expected = "\n".join(case.errors).replace("{leaf}", f"leaf, {origin}").replace("{pick}", f"pick, {origin}")
    assert capsys.readouterr().err == f"error: {expected.replace('{augmentations}', names)}\n"
    assert code == 2


def test_params_that_crash_are_their_plugin_s_fault(folder, tmp_path, capsys):
    registry = write_nested_plugin(tmp_path)
    write(folder, {"x.toml": f'{DIGITS}[[augmentations]]\nuse = "leaf"\nodd = 13\n'})
    assert start(["check", "x.toml", "--registry", str(registry)]) == 7
    err = capsys.readouterr().err
    assert err.startswith(f"error: plugin nested ({tmp_path / 'nested_plugin.py'}): augmentation leaf: ")
    assert "KeyError: 'thirteen'" in err


@pytest.mark.parametrize(
    "name",
    [
        "an empty file",
        "not UTF-8, behind letters of several bytes",
        "a circle",
        "with wrong values, next to wrong values in the file",
    ],
)
def test_the_command_itself_says_the_same(name, sightkit: Command, work: Path):
    case = CASES[name]
    write(work, {"x.toml": case.file, **case.others})
    done = sightkit("check", "x.toml", *case.words)
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: " + "\n".join(case.errors) + "\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x.toml", "x.toml: no such file"),
        ("digit", 'digit: no such recipe; did you mean "digits"?'),
        ("sub", "sub: this is a folder; expected a TOML file or the name of a recipe"),
        ("sub/", "sub/: this is a folder; expected a TOML file"),
        ("sub.toml", "sub.toml: this is a folder; expected a TOML file"),
        ("loop.toml", "loop.toml: cannot be read: Too many levels of symbolic links"),
        ("", "expected a TOML file or the name of a recipe, found an empty word"),
        ("../x.toml", "../x.toml: no such file"),
        ("a" * 300 + ".toml", "a" * 300 + ".toml: cannot be read: File name too long"),
        ("a" * 300 + "/x.toml", "a" * 300 + "/x.toml: cannot be read: File name too long"),
    ],
)
def test_what_is_no_experiment_is_named(source, message, folder, capsys):
    (folder / "sub").mkdir()
    (folder / "sub.toml").mkdir()
    (folder / "loop.toml").symlink_to("loop.toml")
    assert start(["check", source]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"


def test_a_name_too_long_for_a_file_is_no_recipe(folder, capsys):
    assert start(["check", "a" * 300]) == 2
    assert f"{'a' * 300}: no such recipe; known recipes: " in capsys.readouterr().err


def test_a_file_whose_suffix_is_left_out_or_another_one_is_named(folder, capsys):
    write(folder, dict.fromkeys(("flowers", "roses.toml", "tulips.toml"), DIGITS))
    (folder / "tulips").mkdir()
    for word, meant in {"flowers": "./flowers", "roses": "roses.toml", "tulips": "tulips.toml"}.items():
        assert start(["check", word]) == 2
        assert capsys.readouterr().err.endswith(f"; for the file, write {meant}\n")
        assert start(["check", meant]) == 0
        assert capsys.readouterr().err == ""


def test_a_right_experiment_is_ok(folder, capsys):
    write(folder, {"sub/x.toml": DIGITS})
    assert start(["check", "sub/x.toml"]) == 0
    assert start(["check", "digits"]) == 0
    assert capsys.readouterr() == ("sub/x.toml: ok\ndigits: ok\n", "")


def test_json_has_a_problem_each_with_its_place_and_its_path(folder, capsys):
    write(folder, {"x.toml": f"# é\nseed = 'x'\n{DIGITS}[training]\nepochz = 3\n"})
    assert start(["check", "x.toml", "--json", "-s", "split.test=2"]) == 2
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out) == {
        "ok": False,
        "problems": [
            {
                "file": file,
                "line": line,
                "column": column,
                "path": path,
                "message": message,
                "plugin_failed": False,
            }
            for file, line, column, path, message in [
                ("-s split.test=2", None, None, "split.test", "split.test: expected a number less than 1.0, found 2"),
                ("x.toml", 2, 8, "seed", 'seed: expected a whole number, found "x"'),
                ("x.toml", 6, 1, "training.epochz", 'unknown key "epochz" in [training]; did you mean "epochs"?'),
            ]
        ],
    }


def test_json_of_what_is_right_and_of_what_is_not_even_there(folder, capsys):
    write(folder, {"x.toml": DIGITS})
    assert start(["check", "x.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "problems": []}
    assert start(["check", "digit", "--json"]) == 2
    out, err = capsys.readouterr()
    assert err == ""
    (problem,) = json.loads(out)["problems"]
    assert (problem["file"], problem["line"]) == ("digit", None)
    assert problem["message"] == 'digit: no such recipe; did you mean "digits"?'


def test_json_says_when_a_plugin_is_to_blame(folder, capsys):
    write(
        folder,
        {
            "x.toml": f'{DIGITS}[optimizer]\nuse = "broken"\n',
            "broken.py": "import nothing_like_it\n",
            "mine.toml": 'api = 1\n[plugins.broken]\npath = "broken.py"\n',
        },
    )
    assert start(["check", "x.toml", "--json", "--registry", "mine.toml"]) == 7
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["plugin_failed"]
    assert (problem["line"], problem["column"], problem["path"]) == (4, 7, "optimizer.use")
    assert "nothing_like_it" in problem["message"]


def test_a_terminal_that_lacks_letters_is_no_reason_to_fail(sightkit: Command, work: Path):
    (work / "ünï日.toml").write_text(DIGITS)
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    assert sightkit("check", "ünï日.toml", env=ascii_only).out == "\\xfcn\\xef\\u65e5.toml: ok\n"
    done = sightkit("check", "ünï日.toml", "--json", "-s", '"é日"=1', env=ascii_only)
    assert (done.code, json.loads(done.out)["problems"][0]["file"]) == (2, '-s "é日"=1')


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes only there")
def test_names_that_are_not_text_are_told_in_escapes(sightkit: Command, work: Path):
    write(work, {os.fsdecode(b"\xff/x.toml"): "seed = 'x'\n" + DIGITS})
    done = sightkit("check", os.fsdecode(b"\xff/x.toml"), "-s", os.fsdecode(b"name=\xff"))
    assert (done.code, done.err.split("\n")) == (
        2,
        [
            "error: -s name=\\xff: the value is not UTF-8 text",
            '\\xff/x.toml:1:8: seed: expected a whole number, found "x"',
            "",
        ],
    )


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps working directories")
def test_a_working_directory_that_is_gone_is_told(sightkit: Command, work: Path):
    leave = "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')"
    script = f"{leave}; from sightkit.__main__ import main; sys.argv = ['sightkit', 'check', 'digits']; main()"
    done = subprocess.run([sys.executable, "-c", script], cwd=work, capture_output=True, text=True, check=False)
    message = "error: the working directory does not exist any more; change to another one\n"
    assert (done.returncode, done.stderr) == (5, message)


def test_a_file_of_thousands_of_mistakes_takes_no_longer_than_it_must(folder, capsys):
    write(folder, {"x.toml": f"{DIGITS}[training]\n" + "".join(f"k{number} = {number}\n" for number in range(2000))})
    assert start(["check", "x.toml"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2000


def test_files_that_extend_one_another_many_ways_are_read_once_each(sightkit: Command, work: Path):
    # Were each read for every way that leads to it, this would be a thousand million; the command has a time limit.
    files = {f"{number}.toml": f'extends = ["{number + 1}.toml", "{number + 1}.toml"]\n' for number in range(30)}
    write(work, {**files, "30.toml": DIGITS})
    assert sightkit("check", "0.toml").code == 0
