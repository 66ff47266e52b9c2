"""``sightkit recipes`` as a person or a script uses it."""

from __future__ import annotations

import json
import re

from command import Command
from plugin_source import plugin_source

MEASURED = """
[recipe]
summary = "What the plugin is for."
measured = { metric = "accuracy", value = 0.975, low = 0.953, high = 0.987, seconds = 12.4, machine = "2 cores" }
[dataset]
use = "digits"
"""


def recipes_plugin(folder) -> str:
    """Return a plugin that offers all TOML files of a folder."""
    hook = f"return [Recipe(path.stem, path) for path in sorted(pathlib.Path({str(folder)!r}).glob('*.toml'))]"
    return plugin_source(f"import pathlib\n@hookimpl\ndef sightkit_recipes():\n    {hook}")


def test_a_recipe_is_listed_with_what_was_measured_and_can_be_checked(sightkit, install, tmp_path) -> None:
    (tmp_path / "best.toml").write_text(MEASURED)
    install("acme", {"acme": recipes_plugin(tmp_path)})
    listed = sightkit("recipes")
    assert listed.code == 0, listed.err
    line = r"^best +accuracy 0\.9750 \(0\.9530 to 0\.9870\) +12 s on 2 cores +What the plugin is for\.$"
    assert re.search(line, listed.out, re.MULTILINE)
    assert re.search(r"^digits ", listed.out, re.MULTILINE)
    assert sightkit("check", "best").code == 0


def test_a_recipe_that_is_no_experiment_hides_none_of_the_others(sightkit: Command, install, tmp_path) -> None:
    (tmp_path / "broken.toml").write_text("[recipe\n")
    (tmp_path / "odd.toml").write_text('[recipe]\nsummary = "A wish."\nmeasured = { metric = "accuracy" }\n')
    (tmp_path / "plain.toml").write_text('recipe = "none"\n')
    install("acme", {"acme": recipes_plugin(tmp_path)})
    found = {each["name"]: each for each in json.loads(sightkit("recipes", "--json").out)}
    for name in ("broken", "odd", "plain"):
        assert found[name]["problem"] == f"cannot be used; sightkit check {name} says why"
    assert found["digits"]["summary"]
    assert re.search(r"^odd +cannot be used", sightkit("recipes").out, re.MULTILINE)
    assert sightkit("check", "odd").code == 2


def test_a_recipe_that_nobody_offers_suggests_the_nearest(sightkit: Command) -> None:
    done = sightkit("check", "digit")
    assert done.code == 2
    assert 'digit: no such recipe; did you mean "digits"?' in done.err
