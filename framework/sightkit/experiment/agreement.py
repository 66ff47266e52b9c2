"""What the tables of an experiment must agree on, however right each of them is by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sightkit.config.tree import Tree
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.stage_agreement import stage_problems
from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.problems import Problem, did_you_mean
from sightkit.toml.shown import shown

NAMED = ("metrics", "reports", "extensions")
"""The tables whose entries have a name of their own, by default their component's."""

COMPUTED = {"accuracy": "the accuracy, which is always computed", "loss": "the loss"}
"""What else a name of a metric would stand for, in scores and in ``monitor``."""

MONITORS: tuple[KeyPath, ...] = (
    ("training", "monitor"),
    ("training", "early_stopping", "monitor"),
    ("training", "plateau", "monitor"),
)
"""What may be the name of a metric of the experiment."""

FOLDS, VALIDATION = ("split", "folds"), ("split", "validation")
REPLICAS = ("training", "replicas")


def disagreements(tree: Tree) -> Iterator[Problem]:
    """Yield what doesn't fit together.

    pydantic would only come to it when everything else is right, and a person wants to read of all mistakes at once.
    """
    for table in NAMED:
        yield from name_problems(tree, table)
    yield from monitor_problems(tree)
    yield from split_problems(tree)
    yield from stage_problems(tree)
    yield from replica_problems(tree)


def name_problems(tree: Tree, table: str) -> Iterator[Problem]:
    """Yield the problem of each entry whose name is taken."""
    taken: set[str] = set()
    for index, entry in enumerate(entries(tree, table)):
        name = name_of(entry)
        at: KeyPath = (table, index, "name") if "name" in entry else (table, index)
        if name in taken:
            message = f"[[{table}]]: another entry is called {shown(name)} too; give one of them another `name`"
            yield tree.problem(at, message)
        elif table == "metrics" and name in COMPUTED and name != component_name(entry):
            yield tree.problem(at, f"[[{table}]]: {shown(name)} is {COMPUTED[name]}; give this metric another `name`")
        if name:
            taken.add(name)


def monitor_problems(tree: Tree) -> Iterator[Problem]:
    """Yield the problem of each ``monitor`` that is not computed."""
    metrics = entries(tree, "metrics")
    if tree.get(("metrics",)) is None:
        metrics = list(ExperimentSettings.model_fields["metrics"].default)
    known = {*COMPUTED, *(name for entry in metrics if (name := name_of(entry)))}
    for path in MONITORS:
        monitor = tree.get(path)
        if isinstance(monitor, str) and monitor not in known:
            hint = did_you_mean(monitor, known, otherwise="known")
            message = f"{dotted(path)}: expected loss or a metric of this experiment, found {shown(monitor)}; {hint}"
            yield tree.problem(path, message)


def split_problems(tree: Tree) -> Iterator[Problem]:
    """Yield the problem of each key of ``[split]`` that folds leave without a meaning, or that needs them."""
    folds, fold = tree.get(FOLDS), tree.get(("split", "fold"))
    if folds is None and fold is not None:
        message = (
            "split.fold: expected split.folds beside it, which says how many there are; write it or leave out both"
        )
        yield tree.problem(("split", "fold"), message, at_key=True)
    elif isinstance(folds, int) and isinstance(fold, int) and 2 <= folds <= fold:
        message = f"split.fold: expected a number below split.folds = {folds}, counted from 0, found {shown(fold)}"
        yield tree.problem(("split", "fold"), message)
    if folds is not None and tree.get(VALIDATION) is not None and not tree.replaces(FOLDS, VALIDATION):
        message = "split.validation: split.folds says already what is for validation; leave out one of them"
        yield tree.problem(VALIDATION, message, at_key=True)


def replica_problems(tree: Tree) -> Iterator[Problem]:
    """Yield the problem of several replicas where nothing is to be distributed."""
    replicas = tree.get(REPLICAS)
    if tree.get(("training", "distribution")) == "none" and isinstance(replicas, int) and replicas > 1:
        message = f'training.replicas: expected 1 with training.distribution = "none", found {replicas}; leave out one'
        yield tree.problem(REPLICAS, message)


def entries(tree: Tree, table: str) -> list[dict[str, Any]]:
    """Return the tables of an array of tables, as far as it is one; what is not keeps its place as an empty one."""
    found = tree.get((table,))
    return [entry if isinstance(entry, dict) else {} for entry in found] if isinstance(found, list) else []


def name_of(entry: dict[str, Any]) -> str | None:
    """Return what an entry is called: its ``name``, else its component's."""
    name = entry.get("name", component_name(entry))
    return name if isinstance(name, str) else None


def component_name(entry: dict[str, Any]) -> str | None:
    """Return the name of the component that an entry uses, without its plugin's."""
    use = entry.get("use")
    return use.rpartition("/")[2] if isinstance(use, str) else None
