"""``sightkit show``: an experiment as it is run, which is itself one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from command import Command
from nested_components import write_nested_plugin
from sightkit.cli import start

DIGITS = '[dataset]\nuse = "digits"\n'


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, for commands in this process."""
    made = tmp_path / "folder"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert start(["show", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("recipe", ["digits", "fashion-mnist"])
def test_what_is_shown_of_a_recipe_is_an_experiment_that_shows_the_same(recipe, folder, capsys):
    text = shown(capsys, recipe)
    (folder / "copy.toml").write_text(text)
    assert start(["check", "copy.toml"]) == 0
    capsys.readouterr()
    assert shown(capsys, "copy.toml") == text
    (folder / "explained.toml").write_text(shown(capsys, recipe, "--origins"))
    assert shown(capsys, "explained.toml") == text


def test_it_has_every_default_and_every_override(folder, capsys):
    (folder / "x.toml").write_text(DIGITS)
    words = ["-s", "optimizer.learning_rate=3e-4", "-s", "optimizer.use=sgd", "--set", "name=mine"]
    values = tomllib.loads(shown(capsys, "x.toml", *words))
    assert values["optimizer"] == {
        "use": "sgd",
        "learning_rate": 3e-4,
        "momentum": 0.9,
        "nesterov": False,
        "weight_decay": 0.0,
    }
    assert (values["schema"], values["name"], values["seed"]) == (1, "mine", 0)
    assert [metric["use"] for metric in values["metrics"]] == ["accuracy", "precision", "recall", "f1"]
    assert "extends" not in values


def test_unset_brings_back_the_default(folder, capsys):
    text = 'extends = ["base.toml"]\n[schedule]\nuse = "cosine"\n[training]\nepochs = 3\nbatch_size = 7\n'
    (folder / "x.toml").write_text(text)
    (folder / "base.toml").write_text(f"seed = 4\n{DIGITS}")
    found = tomllib.loads(
        shown(capsys, "x.toml", "--unset", "schedule", "--unset", "training.epochs", "--unset", "seed")
    )
    assert found["schedule"]["use"] == "constant"
    assert (found["training"]["epochs"], found["training"]["batch_size"], found["seed"]) == (10, 7, 0)


def test_json_is_the_same_as_the_toml(folder, capsys, tmp_path):
    registry = str(write_nested_plugin(tmp_path))
    (folder / "x.toml").write_text(
        f'{DIGITS}[[augmentations]]\nuse = "pick"\nweights = {{ "a b" = 1, "é\\"\\n" = 0.1 }}\nothers = '
        '[{ use = "leaf", path = "é/日" }]\n'
    )
    words = ["x.toml", "--registry", registry]
    assert json.loads(shown(capsys, *words, "--json")) == tomllib.loads(shown(capsys, *words))
    pick = tomllib.loads(shown(capsys, *words))["augmentations"][0]
    assert pick["weights"] == {"a b": 1.0, 'é"\n': 0.1}
    assert pick["others"][0]["path"] == str(folder / "é/日")
    assert pick["cache"] == str(folder / "cache")


def test_origins_are_told_behind_each_value(folder, capsys):
    (folder / "x.toml").write_text(f"# é\nseed = 4\n{DIGITS}")
    lines = shown(capsys, "x.toml", "--origins", "-s", "training.epochs=2").splitlines()
    for line in [
        "seed = 4 # x.toml:2",
        'name = "x" # the file\'s name',
        'use = "digits" # x.toml:4',
        "epochs = 2 # -s training.epochs=2",
        "batch_size = 64 # default",
    ]:
        assert line in lines


def test_a_wrong_experiment_is_not_shown(folder, capsys):
    (folder / "x.toml").write_text("seed = -1\n" + DIGITS)
    assert start(["show", "x.toml"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: x.toml:1:8: seed: expected a number of at least 0, found -1\n")


def test_toml_is_utf8_whatever_the_terminal_speaks(sightkit: Command, work: Path):
    (work / "x.toml").write_text(f'{DIGITS}[[metrics]]\nuse = "f1"\nname = "é日"\n')
    done = sightkit("show", "x.toml", env={"PYTHONIOENCODING": "latin-1"})
    assert (done.code, done.err) == (0, "")
    assert 'name = "é日"' in done.out
    assert tomllib.loads(done.out)["metrics"][0]["name"] == "é日"


def test_a_stage_is_shown_complete_with_who_set_each_value_first(folder, capsys):
    (folder / "x.toml").write_text(
        f"{DIGITS}[optimizer]\nbeta_1 = 0.5\n[[training.stages]]\nepochs = 1\noptimizer = {{}}\n"
    )
    text = shown(capsys, "x.toml", "--origins", "-s", "training.stages.0.optimizer.beta_2=0.25")
    assert "[training.stages.optimizer]\n" in text
    assert text.count("beta_1 = 0.5 # x.toml:4\n") == 2
    assert "beta_2 = 0.25 # -s training.stages.0.optimizer.beta_2=0.25\n" in text
    assert "[[training.stages]]\nepochs = 1 # x.toml:6\n" in text
    (folder / "explained.toml").write_text(text)
    assert start(["check", "explained.toml"]) == 0
