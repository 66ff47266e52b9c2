"""What is wrong in a registry.toml is told with file, line and column."""

from __future__ import annotations

import pytest

import sightkit

WRONG = {
    "no api": ("autoload = true\n", '{file}:1:1: missing key "api"'),
    "another api": ("api = 2\n", "{file}:1:7: api: expected 1, found 2"),
    "unknown key": ("api = 1\nautolad = false\n", '{file}:2:1: unknown key "autolad"'),
    "unknown key in a plugin": (
        "api = 1\n[plugins.acme]\nenabled = true\nmodul = 'x'\n",
        '{file}:4:1: unknown key "modul" in [plugins.acme]; did you mean "module"?',
    ),
    "wrong type": ("api = 1\n[plugins.acme]\nenabled = 'no'\n", "{file}:3:11: plugins.acme.enabled: expected true or"),
    "no table": ("api = 1\nplugins.acme = 3\n", "{file}:2:16: plugins.acme: expected a table, found 3"),
    "version": (
        "api = 1\n[plugins.acme]\nversion = 'newest'\n",
        '{file}:3:11: plugins.acme.version: expected a version specifier such as ">=1,<2", found "newest"',
    ),
    "kind in the singular": ("api = 1\n[prefer.metric]\niou = 'acme'\n", "{file}:2:1: prefer: expected kinds in the"),
    "empty path": ("api = 1\n[plugins.acme]\npath = ''\n", "{file}:3:8: plugins.acme.path: expected a path"),
    "impossible path": ('api = 1\n[plugins.acme]\npath = "a\\u0000b"\n', "{file}:3:8: plugins.acme.path: expected a"),
    "no TOML": ("api = 1\n[plugins\n", "{file}:2:9: not valid TOML"),
    "not UTF-8": ("api = 1\n# \udcff\n", "{file}:2:3: not a TOML file: byte 0xff"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_registry_is_refused_at_its_place(name, tmp_path) -> None:
    text, expected = WRONG[name]
    file = tmp_path / "registry.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(sightkit.ConfigError) as caught:
        _ = sightkit.Registry(user=file).policy
    assert expected.format(file=file) in str(caught.value)
    assert caught.value.exit_code == 2


def test_all_mistakes_are_told_at_once(tmp_path) -> None:
    file = tmp_path / "registry.toml"
    file.write_text("api = 2\nautoload = 1\n[plugins.a]\nx = 1\n")
    with pytest.raises(sightkit.ConfigError) as caught:
        _ = sightkit.Registry(user=file).policy
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == ["1", "2", "4"]


def test_a_registry_that_is_not_there_is_told(tmp_path) -> None:
    with pytest.raises(sightkit.ConfigError, match=r"gone\.toml: no such file"):
        _ = sightkit.Registry(extra=[tmp_path / "gone.toml"]).policy
