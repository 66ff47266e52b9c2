"""An experiment written out means the same wherever it is read, and says who set each value."""

from __future__ import annotations

import math
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sightkit
from nested_components import write_nested_plugin
from sightkit import Registry
from sightkit.api import Experiment
from sightkit.experiment.text import toml_text, written

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)
NAMES = st.from_regex(r"[^./\\:\"\x00-\x1f\x7f][^/\\:\"\x00-\x1f\x7f]{0,9}", fullmatch=True).filter(
    lambda name: name not in {"accuracy", "loss"} and not any("\ud800" <= letter <= "\udfff" for letter in name)
)
FRACTIONS = st.floats(0, 1, exclude_max=True)


def table(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return tables in which every key may be missing."""
    return st.fixed_dictionaries({}, optional=fields)


def folded(fold: int, more: int) -> dict[str, int]:
    """Return a table of folds of which there are more than the one that is meant."""
    return {"folds": fold + more, "fold": fold}


LEAF = st.builds(
    lambda more: {"use": "leaf", **more},
    table(strength=FRACTIONS, path=TEXT, odd=st.integers(-6, 6).map(lambda half: 2 * half - 1)),
)
PICK = st.recursive(
    LEAF,
    lambda inner: st.builds(
        lambda more: {"use": "pick", **more},
        table(
            first=inner,
            others=st.lists(inner, max_size=2),
            rate=st.floats(allow_nan=False, allow_infinity=False) | st.just("auto"),
            sizes=st.integers(-(2**63), 2**63 - 1) | st.lists(st.integers(0, 9), max_size=3),
            window=table(width=st.integers(1, 9)),
            windows=st.lists(table(width=st.integers(1, 9)), max_size=2),
            either=table(width=st.integers(1, 9)) | st.integers(0, 9),
            weights=st.dictionaries(TEXT, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
            files=st.dictionaries(TEXT, TEXT, max_size=2),
        ),
    ),
    max_leaves=4,
)
OPTIMIZERS = st.sampled_from(
    [{"use": "sgd", "momentum": 0.5}, {"use": "adam/adam"}, {"use": "adam", "beta_2": 0.5}, {"beta_1": 0.5}]
)
STAGES = st.builds(
    lambda more: {"epochs": 1, **more},
    table(
        epochs=st.integers(1, 9),
        freeze=st.sampled_from(["none", "below:a"]),
        optimizer=OPTIMIZERS.filter(lambda table: "use" in table) | st.just({"learning_rate": 0.5}),
        schedule=st.sampled_from([{"warmup_epochs": 1}, {"use": "cosine"}, {}]),
    ),
)
EXPERIMENTS = st.builds(
    lambda more: {"dataset": {"use": "digits"}, **more},
    table(
        name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True),
        seed=st.integers(0, 2**31 - 1),
        dataset=st.builds(lambda path: {"use": "image-folder", "path": path}, TEXT),
        split=table(validation=FRACTIONS, test=FRACTIONS) | st.builds(folded, st.integers(0, 9), st.integers(2, 9)),
        images=table(size=st.tuples(st.integers(1, 99), st.integers(1, 99)), channels=st.sampled_from([1, 3])),
        augmentations=st.lists(PICK, max_size=3),
        optimizer=OPTIMIZERS,
        training=table(stages=st.lists(STAGES, max_size=3), plateau=table(factor=st.just(0.5))),
        metrics=st.lists(NAMES, max_size=3, unique=True).map(lambda names: [{"use": "f1", "name": n} for n in names]),
    ),
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Registry(extra=[write_nested_plugin(tmp_path_factory.mktemp("nested"))])


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


def text_of(experiment: Experiment, *, origins: bool = False) -> str:
    return toml_text(written(experiment.settings), origins=experiment.tree if origins else None)


def read_again(text: str, folder: Path, registry: Registry) -> Experiment:
    (folder / "again.toml").write_bytes(text.encode())
    return sightkit.load(folder / "again.toml", registry=registry)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPERIMENTS)
def test_what_is_written_out_means_the_same_elsewhere(registry: Registry, elsewhere: Path, values):
    loaded = sightkit.load(values, registry=registry)
    text = text_of(loaded)
    again = read_again(text, elsewhere, registry)
    assert again.settings == loaded.settings
    assert text_of(again) == text
    explained = text_of(loaded, origins=True)
    assert tomllib.loads(explained) == tomllib.loads(text)


def test_every_recipe_means_the_same_when_it_is_written_out(registry: Registry, elsewhere: Path):
    recipes = registry.catalogue.recipes()
    assert recipes
    for _, recipe in recipes:
        text = recipe.path.read_text()
        loaded = sightkit.load(recipe.name, registry=registry)
        if "path" in tomllib.loads(text).get("dataset", {}) or recipe.name == "digits":
            assert read_again(text_of(loaded), elsewhere, registry).settings == loaded.settings


@pytest.mark.parametrize("number", [0.1 + 0.2, 1e-300, 5e-324, 1.7976931348623157e308, 1e16, 1e22, -0.0, 123456789.0])
def test_numbers_come_back_to_the_last_bit(registry: Registry, elsewhere: Path, number):
    values = {"dataset": {"use": "digits"}, "augmentations": [{"use": "pick", "rate": number}]}
    again = read_again(text_of(sightkit.load(values, registry=registry)), elsewhere, registry)
    found = again.settings.augmentations[0].params.rate
    assert (found, math.copysign(1, found), type(found)) == (number, math.copysign(1, number), float)


def origins(text: str) -> dict[str, str]:
    """Return the comment behind each key, by the key with its table and its place in it."""
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("["):
            counts[line] = counts.get(line, -1) + 1
            table = f"{line}#{counts[line]}" if line.startswith("[[") else line
        elif line:
            key, comment = line.split(" = ", 1)[0], line.rsplit(" # ", 1)[1]
            found[f"{table} {key}".strip()] = comment
    return found


def test_each_value_says_who_set_it(tmp_path: Path, monkeypatch, registry: Registry):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text(
        'extends = ["sub/base.toml"]\n\n[dataset]\nuse = "digits"\n[optimizer]\nlearning_rate = 0.5\n'
        '[[metrics]]\nuse = "f1"\n[[metrics]]\nuse = "f1"\nname = "second"\naverage = "weighted"\n'
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/base.toml").write_text(
        "seed = 3\n[optimizer]\nbeta_1 = 0.5\n"
        '[[augmentations]]\nuse = "flip"\n[[augmentations]]\nuse = "pick"\nothers = [\n  { use = "leaf" },\n'
        '  { use = "leaf", strength = 0.25 },\n]\nwindow.width = 4\n'
    )
    loaded = sightkit.load("x.toml", registry=registry).override_words(
        ["training.epochs=7", "augmentations.0.others.1.odd=3", "images={size=[8,\n8]}"], unset=["augmentations.0"]
    )
    found = origins(text_of(loaded, origins=True))
    base = str(Path("sub/base.toml"))
    expected = {
        "schema": "default",
        "name": "the file's name",
        "seed": f"{base}:1",
        "[dataset] use": "x.toml:4",
        "[split] test": "default",
        "[images] size": "-s images={size=[8,\\n8]}",
        "[images] resize": "default",
        "[optimizer] use": "default",
        "[optimizer] learning_rate": "x.toml:6",
        "[optimizer] beta_1": f"{base}:3",
        "[optimizer] beta_2": "default",
        "[training] epochs": "-s training.epochs=7",
        "[[augmentations]]#0 use": f"{base}:7",
        "[[augmentations]]#0 rate": "default",
        "[[augmentations.others]]#0 use": f"{base}:9",
        "[[augmentations.others]]#0 odd": "default",
        "[[augmentations.others]]#1 strength": f"{base}:10",
        "[[augmentations.others]]#1 odd": "-s augmentations.0.others.1.odd=3",
        "[augmentations.window] width": f"{base}:12",
        "[[metrics]]#0 use": "x.toml:8",
        "[[metrics]]#0 average": "default",
        "[[metrics]]#1 name": "x.toml:11",
        "[[metrics]]#1 average": "x.toml:12",
        "[[metrics]]#2 use": "default",
        "[[reports]]#0 use": "default",
    }
    assert {key: found[key] for key in expected} == expected


def test_an_exchanged_component_forgets_who_set_what_the_other_one_had(registry: Registry):
    values = {"dataset": {"use": "digits"}, "optimizer": {"use": "sgd", "learning_rate": 0.5}}
    loaded = sightkit.load(values, registry=registry).override({"optimizer.use": "adam"})
    found = origins(text_of(loaded, origins=True))
    assert found["[optimizer] use"] == "override('optimizer.use')"
    assert found["[optimizer] learning_rate"] == "default"


def test_no_origin_can_end_its_line(registry: Registry):
    loaded = sightkit.load({"dataset": {"use": "digits"}}, registry=registry).override_words(
        ['name="a"\n# seed = 3', "seed=1\n# \u2028é"]
    )
    text = text_of(loaded, origins=True)
    assert 'name = "a" # -s name="a"\\n# seed = 3\nseed = 1 # -s seed=1\\n# \\u2028é\n' in text
    assert tomllib.loads(text)["seed"] == 1
    assert all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.skipif(os.name != "posix", reason="names of files have no ends of line elsewhere")
def test_no_file_s_name_can_end_a_line(tmp_path: Path, monkeypatch, registry: Registry):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a\nb.toml").write_text('name = "x"\n[dataset]\nuse = "digits"\n')
    loaded = sightkit.load("a\nb.toml", registry=registry)
    assert 'name = "x" # a\\nb.toml:1\n' in text_of(loaded, origins=True)
