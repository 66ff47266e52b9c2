"""What the docs say of keys, hooks, exit codes, files and functions is what the code has."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import typer

import sightkit as package
from pages import DOCS, ROOT, name_of
from sightkit import errors, hookspecs
from sightkit.cli import app
from sightkit.cli.components import parameter_rows
from sightkit.component import KINDS
from sightkit.experiment.settings import (
    CalibrationSettings,
    CheckpointSettings,
    EarlyStoppingSettings,
    ExperimentSettings,
    ImagesSettings,
    MeasuredScore,
    PlateauSettings,
    RecipeNotes,
    SplitSettings,
    StageSettings,
    TrainingSettings,
)
from sightkit.experiment.table_schema import table_schema
from sightkit.registry.hooks import COLLECTING, RUN
from sightkit.registry.policy import PluginEntry, RegistryFile

PARTS = [*sorted((DOCS / "experiments").glob("*.md")), DOCS / "registry.md"]
EXPERIMENTS = "\n".join(page.read_text(encoding="utf-8") for page in PARTS)
METRICS = (DOCS / "experiments" / "metrics.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "writing-a-plugin.md").read_text(encoding="utf-8")
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")

TABLES = [
    SplitSettings,
    ImagesSettings,
    TrainingSettings,
    StageSettings,
    EarlyStoppingSettings,
    PlateauSettings,
    CheckpointSettings,
    CalibrationSettings,
    RecipeNotes,
    MeasuredScore,
    RegistryFile,
    PluginEntry,
]

TABLES_AT = {"split": "datasets", "images": "images", "training": "training", "calibration": "metrics"}


def rows_of(page: str, first: str) -> list[str]:
    """Return the rows of every table of a page whose first cell matches."""
    return [line for line in page.splitlines() if re.match(rf"\| {first} \|", line)]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_the_table_of_keys_says_what_the_model_says(model):
    expected = []
    for name, written, default, description in parameter_rows(table_schema(model)):
        kind = re.sub(r"\w+ table", "table", written).replace("|", "\\|")
        shown = default if default in {"", "required"} else f"`{default}`"
        expected.append(f"| `{name}` | {kind} | {shown} | {description} |")
    assert "\n".join(expected) in EXPERIMENTS


def test_the_table_of_tables_says_what_the_experiment_says():
    expected = []
    for name, field in ExperimentSettings.model_fields.items():
        key = field.alias or name
        plain = key in {"schema", "name", "extends", "seed"}
        several = name in {kind.plural for kind in KINDS.values()}
        shown = f"`{key}`" if plain else f"`[[{key}]]`" if several else f"`[{key}]`"
        expected.append((shown, default_in_words(key, field), field.description))
    rows = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows_of(EXPERIMENTS, r"`\[*\w+\]*`")]
    assert [row for row in rows if row in expected] == expected


def default_in_words(key: str, field: object) -> str:
    default = field.default
    if field.is_required():
        return "required"
    if key == "name":
        return "the file's name"
    if isinstance(default, dict):
        return f"`{default['use']}`"
    if isinstance(default, tuple):
        return ", ".join(f"`{each['use']}`" for each in default) or "none"
    if default is None:
        return "none"
    return f"`{json.dumps(default)}`" if isinstance(default, int) else f"[its keys]({TABLES_AT[key]}.md#{key})"


@pytest.mark.parametrize("hook", COLLECTING + RUN)
def test_a_hook_is_in_the_guide(hook):
    assert f"`{hook}`" in GUIDE


@pytest.mark.parametrize("hook", RUN)
def test_the_arguments_of_a_run_hook_are_in_the_guide(hook):
    function = getattr(hookspecs, hook)
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    (row,) = rows_of(GUIDE, f"`{hook}`")
    assert row.split("|")[2].strip() == ", ".join(f"`{name}`" for name in arguments)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_what_a_task_says_is_in_the_guide(kind):
    (row,) = rows_of(GUIDE, kind.kind)
    task = getattr(package, f"{kind.__name__}Task")
    hook, name, fields = (cell.strip() for cell in row.split("|")[2:5])
    assert (hook, name) == (f"`sightkit_{kind.plural}`", f"`{kind.__name__}`")
    assert fields == ", ".join(f"`{field}`" for field in task.__dataclass_fields__)


def test_every_augmentation_is_described_with_its_parameters():
    shipped = [each for each in package.Registry().catalogue.all(package.Augmentation) if "sightkit" in each.origin]
    assert shipped
    for found in shipped:
        (row,) = rows_of(EXPERIMENTS, f"`{found.component.name}`")
        parameters = set(re.findall(r"`(\w+)`", row.split("|")[3]))
        assert parameters == set(found.component.params.model_fields) - {"probability"}, row


@pytest.mark.parametrize(
    ("kind", "in_words"),
    [
        (package.Optimizer, {"learning_rate", "weight_decay"}),
        (package.Schedule, {"warmup_epochs"}),
        (package.Loss, set()),
    ],
)
def test_every_rule_of_training_is_described_with_its_parameters(kind, in_words):
    shipped = [each for each in package.Registry().catalogue.all(kind) if "sightkit" in each.origin]
    assert shipped
    for found in shipped:
        (row,) = rows_of(EXPERIMENTS, f"`{found.component.name}`")
        parameters = set(re.findall(r"`(\w+)`", row.split("|")[3]))
        assert parameters == set(found.component.params.model_fields) - in_words, row


def test_every_metric_is_described_with_its_parameters():
    shipped = [each for each in package.Registry().catalogue.all(package.Metric) if "sightkit" in each.origin]
    assert shipped
    for found in shipped:
        (row,) = rows_of(METRICS, f"`{found.component.name}`")
        assert set(re.findall(r"`(\w+)`", row.split("|")[3])) == set(found.component.params.model_fields), row


def test_every_exit_code_is_explained():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    for code in {kind.exit_code for kind in kinds} | {0}:
        assert len(rows_of(EXPERIMENTS, str(code))) == 1, code
    assert rows_of(EXPERIMENTS, "143")


def test_every_environment_variable_is_explained():
    commands, variables = [typer.main.get_command(app)], set()
    while commands:
        command = commands.pop()
        commands.extend(getattr(command, "commands", {}).values())
        variables |= {option.envvar for option in command.params if getattr(option, "envvar", None)}
    assert variables
    for variable in variables:
        assert rows_of(EXPERIMENTS, f"`{variable}`"), variable


MISTAKES = {
    "misspelt": "@hookimpl\ndef sightkit_metric(): return []",
    "unmarked": "def sightkit_metrics(): return []",
    "misplaced": "@hookimpl\ndef sightkit_epoch_ended(run): pass",
    "silent": "@hookimpl\ndef sightkit_metrics(): pass",
    "twice": "@hookimpl\ndef sightkit_metrics(): return [mine('mine'), mine('mine')]",
    "shouting": "@hookimpl\ndef sightkit_metrics(): return [mine('My_Metric')]",
    "reserved": "class MineParams(Params):\n    name: str = 'x'",
    "wrapping": "@hookimpl(wrapper=True)\ndef sightkit_metrics(): yield",
    "quitting": "raise SystemExit(1)",
}
PRELUDE = """
from sightkit import Metric, Params, hookimpl
def mine(name): return Metric(name=name, summary="", params=Params, build=print)
"""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_common_mistake_is_told_in_the_words_of_the_guide(mistake, tmp_path):
    (tmp_path / "mine.py").write_text(PRELUDE + MISTAKES[mistake], encoding="utf-8")
    registry = tmp_path / "registry.toml"
    registry.write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n', encoding="utf-8")
    (record,) = (each for each in package.Registry(extra=[registry]).plugins if each.name == "mine")
    assert record.status == "failed"
    assert f"| {record.reason} |" in GUIDE


def test_a_heavy_import_is_told_in_the_words_of_the_guide(sightkit, work):
    (work / "mine.py").write_text(f"import numpy\n{PRELUDE}\n@hookimpl\ndef sightkit_metrics(): return [mine('mine')]")
    (work / "extra.toml").write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n', encoding="utf-8")
    listed = sightkit("plugins", "list", "--json", "--registry", "extra.toml")
    (record,) = (each for each in json.loads(listed.out) if each["name"] == "mine")
    assert f"| note: {'; '.join(record['notes'])} |" in GUIDE


def test_every_part_of_the_core_is_in_the_house():
    core = ROOT / "framework" / "sightkit"
    parts = {path.name for path in core.glob("*.py")} - {"__init__.py"}
    parts |= {f"{path.name}/" for path in core.iterdir() if (path / "__init__.py").is_file()}
    described = {name for row in rows_of(ARCHITECTURE, r"`[\w./`, ]+") for name in re.findall(r"`([\w./]+)`", row)}
    assert parts <= described


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=name_of)
def test_files_and_functions_that_a_page_names_exist(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for span in re.findall(r"`([^`]+)`", text):
        if found := re.fullmatch(r"([\w/]+/[\w/]+\.py|__main__\.py|api\.py|use\.py)(?::\s+(\w+))?", span):
            places = (ROOT / found[1], ROOT / "framework" / "sightkit" / found[1], ROOT / "framework" / found[1])
            file = next((place for place in places if place.is_file()), None)
            assert file is not None, span
            assert found[2] is None or found[2] in defined_in(file), span


def defined_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_every_built_in_dataset_is_in_the_table():
    listed = tomllib.loads((ROOT / "registry.toml").read_text(encoding="utf-8"))["plugins"]
    datasets = [name for name, entry in listed.items() if ".datasets." in entry["module"]]
    assert datasets
    for name in datasets:
        assert len(rows_of(EXPERIMENTS, f"`{name}`")) == 1, name
