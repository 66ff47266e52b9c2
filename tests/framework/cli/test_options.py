"""What the shell offers to complete a word of the command line with."""

from __future__ import annotations

from pathlib import Path

from command import Command


def completions(sightkit: Command, *words: str) -> list[str]:
    """Return what bash would offer for the last word."""
    variables = {"_SIGHTKIT_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(["sightkit", *words])}
    done = sightkit(env={**variables, "COMP_CWORD": str(len(words))})
    assert not done.err
    return done.out.split()


def test_an_experiment_is_completed_with_recipes_and_files(sightkit: Command, work: Path):
    (work / "dahlias.toml").touch()
    assert completions(sightkit, "run", "d") == ["digits", "dahlias.toml"]


def test_files_are_completed_however_their_folder_is_written(sightkit: Command, work: Path):
    (work / "[odd]").mkdir()
    (work / "[odd]" / "flowers.toml").touch()
    for folder in ("[odd]", "./[odd]", str(work / "[odd]")):
        assert completions(sightkit, "run", f"{folder}/fl") == [f"{folder}/flowers.toml"]


def test_kinds_are_completed(sightkit: Command):
    assert completions(sightkit, "component", "op") == ["optimizer"]


def test_components_are_completed_by_the_kind_in_front(sightkit: Command):
    assert completions(sightkit, "component", "optimizer", "") == [
        *("adagrad", "adam", "adamw", "lamb", "lion", "muon", "nadam", "rmsprop", "sgd")
    ]
    assert completions(sightkit, "component", "nonsense", "") == []


def test_plugins_are_completed(sightkit: Command):
    assert completions(sightkit, "plugins", "show", "basic") == ["basic-cnn"]
