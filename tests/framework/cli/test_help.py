"""The help of every command."""

from __future__ import annotations

import pytest

from sightkit import cli

COMMANDS = [
    [],
    ["run"],
    ["resume"],
    ["evaluate"],
    ["compare"],
    ["report"],
    ["predict"],
    ["explain"],
    ["check"],
    ["prepare"],
    ["data"],
    ["preview"],
    ["lr-find"],
    ["show"],
    ["schema"],
    ["components"],
    ["component"],
    ["recipes"],
    ["cache"],
    ["cache", "list"],
    ["cache", "clear"],
    ["plugins"],
    ["plugins", "check"],
    ["plugins", "list"],
    ["plugins", "new"],
    ["plugins", "show"],
    ["plugins", "trust"],
]


def registered(app, words: tuple[str, ...] = ()) -> list[list[str]]:
    """Return the words of every command of an application."""
    found = [list(words), *([*words, command.name] for command in app.registered_commands)]
    for group in app.registered_groups:
        found += registered(group.typer_instance, (*words, group.name))
    return found


def test_no_command_is_missing_here() -> None:
    assert sorted(registered(cli.app)) == sorted(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_of_every_command_has_an_example(words: list[str], option: str, capsys) -> None:
    assert cli.start([*words, option]) == 0
    shown = capsys.readouterr().out
    assert f"Example:  sightkit {' '.join(words)}".rstrip() in " ".join(shown.split("\n"))


def test_a_paragraph_of_help_breaks_only_where_the_terminal_ends(monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert cli.start(["run", "--help"]) == 0
    (paragraph,) = (line for line in capsys.readouterr().out.splitlines() if "Ends with a table" in line)
    assert paragraph.rstrip().endswith("it ends the run at once.")


def test_the_version_is_that_of_the_distribution(capsys) -> None:
    from importlib.metadata import version

    assert cli.start(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"sightkit {version('sightkit')}"


def test_a_misspelt_command_suggests_the_nearest_one(capsys) -> None:
    assert cli.start(["chekc"]) == 2
    assert "check" in capsys.readouterr().err
