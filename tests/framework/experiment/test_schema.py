"""The JSON Schema: python-jsonschema, taplo and tombi accept what is right and refuse what `check` refuses, there."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

import sightkit
from sightkit.cli import start
from sightkit.experiment.schema import experiment_schema
from sightkit.experiment.text import toml_text, written
from sightkit.toml.problems import Problem, TomlError

# How an editor finds the schema.
FIRST_LINE = "#:schema ./sightkit.schema.json\n\n"
DIGITS = '[dataset]\nuse = "digits"\n'

PLUGIN = '''
"""A plugin with components and tables inside its parameters."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sightkit import Architecture, Augmentation, Optimizer, Params, Use, hookimpl


class Layer(BaseModel):
    """A table of its own."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    width: int = Field(ge=1, description="Width.")
    shape: Literal["round", "flat"] = Field("round", description="Shape.")


class PickParams(Params):
    """Parameters with every sort of thing inside."""

    count: int = Field(1, ge=1, description="How many.")
    choices: tuple[Use[Augmentation[Any]], ...] = Field(({"use": "flip"},), description="From which.")
    first: Use[Augmentation[Any]] | None = Field(None, description="What goes first.")
    net: Use[Architecture[Any]] | None = Field(None, description="A network.")
    layer: Layer = Field(Layer(width=2), description="A table.")
    layers: tuple[Layer, ...] = Field((), description="Tables.")
    weights: dict[str, float] = Field({}, description="Numbers by name.")
    scale: float | Literal["auto"] = Field("auto", description="A number or a word.")


class Layer(BaseModel):
    """Another table, of the same name."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    depth: int = Field(description="Depth.")


class LayeredParams(Params):
    """Another component, with parameters that it can't do without."""

    learning_rate: float = Field(gt=0, description="The learning rate.")
    layer: Layer = Field(description="A table.")


class FarParams(Params):
    """Parameters of a component that needs something that is not there."""


@hookimpl
def sightkit_augmentations():
    pick = Augmentation(name="pick", summary="Picks.", params=PickParams, build=print)
    return [pick, Augmentation(name="far", summary="Far.", params=FarParams, build=print, requires=("no-such>=1",))]


@hookimpl
def sightkit_optimizers():
    return [Optimizer(name="layered", summary="Has layers.", params=LayeredParams, build=print)]
'''

RIGHT = {
    "smallest": DIGITS,
    "default component without use": f"{DIGITS}\n[optimizer]\nlearning_rate = 1\n",
    "plugin and component": '[dataset]\nuse = "digits/digits"\n',
    "whole number for a number": f'{DIGITS}\n[optimizer]\nuse = "sgd"\nmomentum = 0\n',
    "empty arrays": f"extends = []\nreports = []\n{DIGITS}",
    "named metrics": f"""{DIGITS}
[[metrics]]
use = "f1"

[[metrics]]
use = "f1"
name = "f1-micro"
average = "micro"
""",
    "class weights": f"{DIGITS}\n[training.class_weights]\n0 = 2\n'a b' = 0.5\n",
    "balanced class weights": f'{DIGITS}\n[training]\nclass_weights = "balanced"\nsampling = "balanced"\n',
    "no class weights": f"{DIGITS}\n[training]\nclass_weights = {{}}\n",
    "a part of tables that may be missing": f"""{DIGITS}
[training.early_stopping]
patience = 3
monitor = "loss"

[training.plateau]
factor = 0.5

[training.checkpoints]
every_steps = 100
""",
    "stages": f"""{DIGITS}
[[training.stages]]
epochs = 5
freeze = "backbone"
views = 4

[[training.stages]]
epochs = 10
freeze = "below:block 3"
optimizer = {{ learning_rate = 1e-5, beta_1 = 0.5 }}
schedule = {{ use = "cosine", warmup_epochs = 1 }}

[[training.stages]]
epochs = 1
optimizer = {{ use = "sgd", momentum = 0 }}
schedule = {{}}
""",
    "no stages": f"{DIGITS}\n[training]\nepochs = 3\nstages = []\n",
    "a stage takes over what it must have": f"""{DIGITS}
[optimizer]
use = "layered"
learning_rate = 1e-3
layer = {{ depth = 1 }}

[[training.stages]]
epochs = 1

[[training.stages]]
epochs = 1
optimizer = {{ learning_rate = 1e-4 }}

[[training.stages]]
epochs = 1
optimizer = {{ use = "layered", layer = {{ depth = 2 }} }}
""",
    "extends, a stage of an optimizer in the other file": """extends = ["right-whole-number-for-a-number.toml"]
[[training.stages]]
epochs = 1
optimizer = { nesterov = true }
""",
    "inline tables": 'dataset = { use = "digits" }\nimages = { size = [8, 8] }\naugmentations = [{ use = "flip" }]\n',
    "nested components": f"""{DIGITS}
[[augmentations]]
use = "pick"
choices = [{{ use = "rotate", degrees = 3 }}, {{ use = "nested/pick", choices = [{{ use = "crop" }}] }}]
scale = 2
weights = {{ a = 1, b = 0.5 }}

[augmentations.first]
use = "flip"
vertical = true

[augmentations.layer]
width = 3
""",
    "two tables of one name": f"""{DIGITS}
[optimizer]
use = "layered"
learning_rate = 1e-3
layer = {{ depth = 1 }}
""",
    "extends, the dataset is in the other file": 'extends = ["right-smallest.toml"]\nseed = 3\n',
    "extends, use is in the other file": """extends = ["right-whole-number-for-a-number.toml"]
[optimizer]
nesterov = true
""",
    "extends, the rest of a table is in the other file": """
extends = ["right-two-tables-of-one-name.toml"]

[optimizer]
use = "layered"
learning_rate = 1e-4
""",
}

WRONG = {
    # Keys
    "unknown table": f"{DIGITS}\n[optimiser]\nlearning_rate = 1e-3\n",
    "unknown key at the top": f"sed = 3\n{DIGITS}",
    "unknown key in a table": f"{DIGITS}\n[training]\nepoch = 3\n",
    "unknown key in a component": f'{DIGITS}\n[optimizer]\nuse = "sgd"\nmomentun = 0.3\n',
    "key of another component": f'{DIGITS}\n[optimizer]\nuse = "adam"\nmomentum = 0.3\n',
    "key of another component than the default": f"{DIGITS}\n[optimizer]\nmomentum = 0.3\n",
    "unknown key in an array of tables": f"""{DIGITS}
[[metrics]]
use = "f1"

[[metrics]]
use = "recall"
averag = "micro"
""",
    "unknown key in an inline table": 'dataset = { use = "digits", path = "x" }\n',
    "name where there is none": f'{DIGITS}\n[optimizer]\nuse = "sgd"\nname = "mine"\n',
    "unknown key in a recipe's notes": f'{DIGITS}\n[recipe]\nsummary = "A recipe."\nauthor = "Me"\n',
    # Missing
    "no dataset": "seed = 1\n",
    "no use": '[dataset]\npath = "x"\n',
    "no use in an array of tables": f'{DIGITS}\n[[metrics]]\naverage = "macro"\n',
    "no required parameter": '[dataset]\nuse = "image-folder"\n',
    "no required key in a table": f"{DIGITS}\n[recipe]\n",
    # Components
    "unknown component": '[dataset]\nuse = "digit"\n',
    "component of another kind": '[dataset]\nuse = "adam"\n',
    "component of another plugin": '[dataset]\nuse = "idx/digits"\n',
    "component of a kind without any": f'{DIGITS}\n[[extensions]]\nuse = "tracker"\n',
    "component whose library is missing": f'{DIGITS}\n[[augmentations]]\nuse = "far"\n',
    "use is no string": "[dataset]\nuse = 3\n",
    # Types
    "string for a whole number": f'{DIGITS}\n[training]\nepochs = "3"\n',
    "fraction for a whole number": f"{DIGITS}\n[training]\nepochs = 2.5\n",
    "boolean for a number": f"{DIGITS}\n[optimizer]\nlearning_rate = true\n",
    "number for a string": f"name = 3\n{DIGITS}",
    "number for a boolean": f'{DIGITS}\n[[augmentations]]\nuse = "flip"\nvertical = 1\n',
    "number for a path": '[dataset]\nuse = "image-folder"\npath = 3\n',
    "value for a table": f"training = 3\n{DIGITS}",
    "value for a component": f'optimizer = "adam"\n{DIGITS}',
    "value for an array": f'{DIGITS}\n[architecture]\nuse = "basic-cnn"\nfilters = 32\n',
    "table for a value": f"{DIGITS}\n[seed]\nvalue = 1\n",
    "table for an array of tables": f'{DIGITS}\n[metrics]\nuse = "f1"\n',
    "array of tables for a table": f"{DIGITS}\n[[training]]\nepochs = 1\n",
    "value in an array of tables": f'augmentations = ["flip"]\n{DIGITS}',
    # Values
    "too small": f"{DIGITS}\n[training]\nbatch_size = 0\n",
    "too large": f'{DIGITS}\n[optimizer]\nuse = "sgd"\nmomentum = 1.5\n',
    "at an excluded bound": f"{DIGITS}\n[optimizer]\nlearning_rate = 0\n",
    "unknown choice": f'{DIGITS}\n[images]\nresize = "crip"\n',
    "unknown choice of numbers": f"{DIGITS}\n[images]\nchannels = 2\n",
    "unknown version of the format": f"schema = 2\n{DIGITS}",
    "not a name": f'name = "a/b"\n{DIGITS}',
    "not a name of a metric": f'{DIGITS}\n[[metrics]]\nuse = "f1"\nname = "a/b"\n',
    "empty name of a metric": f'{DIGITS}\n[[metrics]]\nuse = "f1"\nname = ""\n',
    "too many items": f"{DIGITS}\n[images]\nsize = [8, 8, 3]\n",
    "too few items": f"{DIGITS}\n[images]\nsize = [8]\n",
    "no items": f'{DIGITS}\n[architecture]\nuse = "basic-cnn"\nfilters = []\n',
    "wrong item": f"{DIGITS}\n[images]\nsize = [8, 0]\n",
    "wrong item of an array of any length": f'{DIGITS}\n[architecture]\nfilters = [8, 16, "32"]\n',
    "class weights in an unknown way": f'{DIGITS}\n[training]\nclass_weights = "balancd"\n',
    "a class weight that is a string": f'{DIGITS}\n[training.class_weights]\n0 = 2\na = "x"\n',
    "a class weight below nothing": f"{DIGITS}\n[training]\nclass_weights = {{ a = 1, b = -0.5 }}\n",
    # Inside the parameters of a component
    "nested: unknown component": f'{DIGITS}\n[[augmentations]]\nuse = "pick"\nfirst = {{ use = "flop" }}\n',
    "nested: unknown key": f"""{DIGITS}
[[augmentations]]
use = "pick"
[augmentations.first]
use = "flip"
degrees = 3
""",
    "nested: no use": f'{DIGITS}\n[[augmentations]]\nuse = "pick"\n[augmentations.first]\nvertical = true\n',
    "nested: no use, where the top has a default": f"""{DIGITS}
[[augmentations]]
use = "pick"
[augmentations.net]
filters = [8]
""",
    "nested: wrong value in an array": f"""{DIGITS}
[[augmentations]]
use = "pick"

[[augmentations.choices]]
use = "flip"

[[augmentations.choices]]
use = "pick"
count = 0
""",
    "nested: value for a component": f'{DIGITS}\n[[augmentations]]\nuse = "pick"\nfirst = "flip"\n',
    "nested: unknown key in a table": f"""{DIGITS}
[[augmentations]]
use = "pick"
[augmentations.layer]
width = 1
depth = 1
""",
    "nested: no required key in a table": f"""{DIGITS}
[[augmentations]]
use = "pick"
[augmentations.layer]
shape = "flat"
""",
    "nested: wrong value by name": f'{DIGITS}\n[[augmentations]]\nuse = "pick"\n[augmentations.weights]\na = "b"\n',
    "nested: neither number nor word": f'{DIGITS}\n[[augmentations]]\nuse = "pick"\nscale = "big"\n',
    "nested: key of the other table of the same name": f"""{DIGITS}
[optimizer]
use = "layered"
learning_rate = 1e-3

[optimizer.layer]
depth = 1
width = 1
""",
    # In a stage of the training
    "stage: unknown key": f"{DIGITS}\n[[training.stages]]\nepochs = 1\nfreez = 'backbone'\n",
    "stage: no epochs": f"{DIGITS}\n[[training.stages]]\nfreeze = 'backbone'\n",
    "stage: freezes nothing that is known": f"{DIGITS}\n[[training.stages]]\nepochs = 1\nfreeze = 'backbon'\n",
    "stage: table for an array": f"{DIGITS}\n[training.stages]\nepochs = 1\n",
    "stage: value for a component": f"{DIGITS}\n[[training.stages]]\nepochs = 1\noptimizer = 'sgd'\n",
    "stage: unknown component": f"{DIGITS}\n[[training.stages]]\nepochs = 1\nschedule = {{ use = 'cosin' }}\n",
    "stage: key of another component than the default": f"""{DIGITS}
[[training.stages]]
epochs = 1
[training.stages.optimizer]
momentum = 0.5
""",
    "stage: key of another component than the experiment's": f"""{DIGITS}
[optimizer]
use = "sgd"

[[training.stages]]
epochs = 1
optimizer = {{ learning_rate = 0.1 }}

[[training.stages]]
epochs = 1
optimizer = {{ beta_1 = 0.5 }}
""",
    "stage: key of another component than its own": f"""{DIGITS}
[[training.stages]]
epochs = 1
optimizer = {{ use = "sgd", beta_1 = 0.5 }}
""",
    "stage: wrong value": f"{DIGITS}\n[[training.stages]]\nepochs = 1\noptimizer = {{ beta_1 = 2 }}\n",
    "stage: another component lacks a parameter": f"""{DIGITS}
[[training.stages]]
epochs = 1
[training.stages.optimizer]
use = "layered"
learning_rate = 0.1
""",
    "stage: what is wrong in the experiment's own table": f"""{DIGITS}
[optimizer]
beta_1 = 2

[[training.stages]]
epochs = 1
optimizer = {{ learning_rate = 0.1 }}
""",
    "stage: the experiment's own component is unknown": f"""{DIGITS}
[optimizer]
use = "adm"

[[training.stages]]
epochs = 1
optimizer = {{ learning_rate = 0.1 }}
""",
    "early stopping: unknown key": f"{DIGITS}\n[training.early_stopping]\npatienc = 3\n",
    "plateau: too large": f"{DIGITS}\n[training.plateau]\nfactor = 1\n",
    "extends: key of no component in a stage": """extends = ["right-smallest.toml"]
[[training.stages]]
epochs = 1
optimizer = { learning_rat = 0.1 }
""",
    "extends: key of another component in a stage": """extends = ["right-smallest.toml"]
[optimizer]
use = "sgd"
[[training.stages]]
epochs = 1
optimizer = { beta_1 = 0.1 }
""",
    # In a file that extends another
    "extends: unknown table": 'extends = ["right-smallest.toml"]\n[optimiser]\nlearning_rate = 1\n',
    "extends: key of no component": 'extends = ["right-smallest.toml"]\n[optimizer]\nlearning_rat = 1\n',
    "extends: key of another component": 'extends = ["right-smallest.toml"]\n[optimizer]\nuse = "sgd"\nbeta_1 = 0.5\n',
    "extends: too large": 'extends = ["right-smallest.toml"]\n[optimizer]\nbeta_1 = 1.5\n',
    "extends: no use in an array, which replaces the other": """extends = ["right-smallest.toml"]
[[metrics]]
average = "micro"
""",
    "extends is no array": f'extends = "right-smallest.toml"\n{DIGITS}',
}


@dataclass(frozen=True)
class Complaint:
    """What a tool said: its message, and every place in the file where it showed it, the first first."""

    message: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Bench:
    """A folder of experiments that all tools have looked at."""

    folder: Path
    schema: dict[str, Any]
    registry: sightkit.Registry
    taplo: dict[str, list[Complaint]]
    tombi: dict[str, list[Complaint]]

    def problems(self, file: str) -> list[Problem]:
        """Return what `check` has against an experiment."""
        try:
            sightkit.load(self.folder / file, registry=self.registry).check()
        except TomlError as error:
            return list(error.problems)
        return []

    def errors(self, file: str) -> list[ValidationError]:
        """Return what python-jsonschema has against it."""
        return list(Draft7Validator(self.schema).iter_errors(tomllib.loads((self.folder / file).read_text())))


def file_of(group: str, name: str) -> str:
    return f"{group}-{re.sub('[^a-z0-9]+', '-', name)}.toml"


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def taplo_complaints(folder: Path) -> dict[str, list[Complaint]]:
    files = sorted(path.name for path in folder.glob("*.toml"))
    done = subprocess.run(
        [tool("taplo"), "lint", "--no-auto-config", "--colors", "never", *files],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for message, path, line, column in re.findall(r"^error: (.*)\n\s+┌─ (.*):(\d+):(\d+)$", done.stderr, re.MULTILINE):
        places.setdefault((Path(path).name, message), []).append((int(line), int(column)))
    complaints: dict[str, list[Complaint]] = {name: [] for name in files}
    for (name, message), found in places.items():
        complaints[name].append(Complaint(message, tuple(found)))
    assert f"total={len(files)}" in done.stderr
    return complaints


def tombi_complaints(folder: Path) -> dict[str, list[Complaint]]:
    files = sorted(path.name for path in folder.glob("*.toml"))
    output = folder / "tombi.jsonl"
    subprocess.run(
        [tool("tombi"), "lint", "--offline", "--no-cache", "--quiet", "--diagnostics-format", "json-lines",
         "--diagnostics-file", output, *files],
        cwd=folder, capture_output=True, env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}, check=False,
    )  # fmt: skip
    complaints: dict[str, list[Complaint]] = {name: [] for name in files}
    for line in output.read_text().splitlines():
        said = json.loads(line)
        # Beside its error, tombi warns of a wrong key once more; where nothing is wrong, it must not warn either.
        if said["level"] == "error" or not said["path"].startswith("wrong"):
            start = said["range"]["start"]
            complaints[said["path"]].append(Complaint(said["message"], ((start["line"], start["column"]),)))
    return complaints


def shown(experiment: Path, policy: Path) -> str:
    """Return what ``sightkit show`` prints, without the half second that a process of its own takes."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert start(["show", str(experiment), "--registry", str(policy)]) == 0
    return printed.getvalue()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("experiments")
    with pytest.MonkeyPatch.context() as patch:
        # Whoever runs the tests may have a registry of their own.
        patch.setenv("HOME", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        yield bench_in(folder)


def bench_in(folder: Path) -> Bench:
    """Fill a folder with experiments and let all tools look at it."""
    (folder / "nested.py").write_text(PLUGIN)
    policy = folder / "plugins" / "registry.toml"
    policy.parent.mkdir()
    policy.write_text('api = 1\n[plugins.nested]\npath = "../nested.py"\n')
    registry = sightkit.Registry(extra=[policy])
    schema = experiment_schema(registry.catalogue)
    (folder / "sightkit.schema.json").write_text(json.dumps(schema))
    texts = {file_of("right", name): text for name, text in RIGHT.items()}
    texts |= {file_of("wrong", name): text for name, text in WRONG.items()}
    texts |= {f"recipe-{recipe.name}.toml": recipe.path.read_text() for _, recipe in registry.catalogue.recipes()}
    for name, text in texts.items():
        (folder / name).write_text(FIRST_LINE + text)
    for name in texts:
        if not name.startswith("wrong"):
            shown = toml_text(written(sightkit.load(folder / name, registry=registry).settings))
            (folder / f"shown-{name}").write_text(FIRST_LINE + shown)
    return Bench(folder, schema, registry, taplo_complaints(folder), tombi_complaints(folder))


def dotted_path(error: ValidationError) -> str:
    """Return the key that an error of python-jsonschema is about, as `check` names it."""
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        path += [key for key in error.instance if key not in error.schema["properties"]]
    return ".".join(path)


def test_the_schema_is_valid_in_its_dialect(bench: Bench) -> None:
    assert bench.schema["$schema"] == Draft7Validator.META_SCHEMA["$schema"]
    Draft7Validator.check_schema(bench.schema)


def test_nothing_in_the_schema_is_null_which_toml_lacks(bench: Bench) -> None:
    assert "null" not in re.sub(r'"description": "[^"]*"', "", json.dumps(bench.schema))


@pytest.mark.parametrize("name", RIGHT)
def test_check_accepts_the_right_experiments_of_this_test(bench: Bench, name: str) -> None:
    assert bench.problems(file_of("right", name)) == []


@pytest.mark.parametrize("group", ["right", "recipe", "shown-right", "shown-recipe"])
def test_every_tool_accepts_right_experiments_recipes_and_what_show_prints(bench: Bench, group: str) -> None:
    files = sorted(path.name for path in bench.folder.glob(f"{group}-*.toml"))
    assert files
    assert {name: bench.errors(name) for name in files} == {name: [] for name in files}
    assert {name: bench.taplo[name] for name in files} == {name: [] for name in files}
    assert {name: bench.tombi[name] for name in files} == {name: [] for name in files}


def refused_by_jsonschema(bench: Bench, file: str, problem: Problem) -> bool:
    return [dotted_path(error) for error in bench.errors(file)] == [problem.path]


def refused_by_taplo(bench: Bench, file: str, problem: Problem) -> bool:
    (complaint,) = bench.taplo[file]
    place = (problem.line, problem.column)
    if unknown := re.search(r"\('(.*)' was unexpected\)", complaint.message):
        # taplo shows the table of an unknown key and everything in it; its message names the key.
        return place in complaint.places and problem.path.split(".")[-1] == unknown[1]
    return place == complaint.places[0]


def refused_by_tombi(bench: Bench, file: str, problem: Problem) -> bool:
    (complaint,) = bench.tombi[file]
    ((line, column),) = complaint.places
    # Where check points at the name in the header of a table, tombi points at the header.
    before = (bench.folder / file).read_text().split("\n")[line - 1][column - 1 : problem.column - 1]
    return line == problem.line and column <= problem.column and set(before) <= {"["}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("refused", [refused_by_jsonschema, refused_by_taplo, refused_by_tombi])
def test_every_tool_refuses_a_wrong_experiment_once_and_where_check_does(
    bench: Bench, name: str, refused: Callable[[Bench, str, Problem], bool]
) -> None:
    file = file_of("wrong", name)
    (problem,) = bench.problems(file)
    assert refused(bench, file, problem), (problem, bench.errors(file), bench.taplo[file], bench.tombi[file])


def test_a_name_that_two_plugins_share_is_refused_and_the_preferred_one_decides(tmp_path: Path) -> None:
    source = PLUGIN.replace('name="pick"', 'name="flip"')
    (tmp_path / "mine.py").write_text(source)
    policy = tmp_path / "registry.toml"
    policy.write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n')
    experiment = {"dataset": {"use": "digits"}, "augmentations": [{"use": "flip", "count": 1}]}

    shared = Draft7Validator(experiment_schema(sightkit.Registry(extra=[policy]).catalogue))
    assert [dotted_path(error) for error in shared.iter_errors(experiment)] == ["augmentations.0.use"]

    policy.write_text(policy.read_text() + '[prefer.augmentations]\nflip = "mine"\n')
    decided = Draft7Validator(experiment_schema(sightkit.Registry(extra=[policy]).catalogue))
    assert decided.is_valid(experiment)
    experiment["augmentations"] = [{"use": "flip", "vertical": True}]
    assert not decided.is_valid(experiment)
    experiment["augmentations"] = [{"use": "flip/flip", "vertical": True}]
    assert decided.is_valid(experiment)


def test_a_component_whose_parameters_are_broken_is_refused_and_the_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN.replace("layer: Layer = Field(desc", 'layer: "Nowhere" = Field(desc'))
    policy = tmp_path / "registry.toml"
    policy.write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n')
    validator = Draft7Validator(experiment_schema(sightkit.Registry(extra=[policy]).catalogue))
    experiment = {"dataset": {"use": "digits"}, "optimizer": {"use": "layered"}}
    assert [dotted_path(error) for error in validator.iter_errors(experiment)] == ["optimizer.use"]
    experiment = {"dataset": {"use": "digits"}, "augmentations": [{"use": "pick"}]}
    assert validator.is_valid(experiment)


def test_keys_are_described_where_editors_look_for_them(bench: Bench) -> None:
    # taplo offers and explains the keys of a table by its `properties`; it never looks into `then`.
    optimizer = bench.schema["properties"]["optimizer"]["properties"]
    assert optimizer["momentum"]["description"].startswith("How much of the last update is kept")
    metric = bench.schema["definitions"]["metric"]["properties"]
    assert {"use", "name", "average"} <= metric.keys()
