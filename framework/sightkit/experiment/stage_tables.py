"""The tables of a stage that say only what differs, completed with the experiment's own of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sightkit.config.tree import Tree, changes_use, paths_within
from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.problems import Problem

STAGES = ("training", "stages")
TABLES = ("optimizer", "schedule")


def differing_tables(tree: Tree, defaults: Mapping[KeyPath, str]) -> Iterator[KeyPath]:
    """Yield the path of each table of a stage that starts from the experiment's own; one of another ``use`` does not.

    Args:
        tree: The experiment.
        defaults: The component that a table of it means where it has no ``use``.
    """
    stages = tree.get(STAGES)
    for index in range(len(stages) if isinstance(stages, list) else 0):
        for name in TABLES:
            table = tree.get((*STAGES, index, name))
            if isinstance(table, dict) and not changes_use(use_of(tree, (name,), defaults), table):
                yield (*STAGES, index, name)


def use_of(tree: Tree, path: KeyPath, defaults: Mapping[KeyPath, str]) -> str | None:
    """Return the component that a table of the experiment means."""
    use = tree.get((*path, "use"))
    return use if isinstance(use, str) else defaults.get(path)


def implied_uses(tree: Tree, defaults: Mapping[KeyPath, str]) -> dict[KeyPath, str]:
    """Return the component that each table means without a ``use``, with the tables of stages among them."""
    uses = {path: use_of(tree, path[-1:], defaults) for path in differing_tables(tree, defaults)}
    return {**defaults, **{path: use for path, use in uses.items() if use is not None}}


def with_complete_stages(tree: Tree, defaults: Mapping[KeyPath, str]) -> Tree:
    """Return an experiment whose stages repeat what they take over, each value with whoever set it first."""
    complete = tree.copy()
    for path in differing_tables(tree, defaults):
        fill(complete, path, path[-1:])
    return complete


def fill(tree: Tree, path: KeyPath, base: KeyPath) -> None:
    """Give the table at ``path`` what that at ``base`` has and it has not, in place; tables in it merge likewise."""
    table, below = tree.get(path), tree.get(base)
    for key, value in below.items() if isinstance(below, dict) else ():
        if key not in table:
            tree.repeat((*base, key), (*path, key))
        elif isinstance(value, dict) and isinstance(table[key], dict) and not changes_use(value.get("use"), table[key]):
            fill(tree, (*path, key), (*base, key))


def told_once(problems: Sequence[Problem], tree: Tree, defaults: Mapping[KeyPath, str]) -> list[Problem]:
    """Leave out what is wrong in a stage because it is wrong in the table that the stage starts from.

    Args:
        problems: What was found in the experiment with complete stages.
        tree: The experiment as it was written.
        defaults: The component that a table of it means where it has no ``use``.
    """
    told = {problem.path for problem in problems}
    again: set[str] = set()
    for path in differing_tables(tree, defaults):
        stage, base = dotted(path), dotted(path[-1:])
        own = {dotted(inside) for inside in paths_within(tree.get(path), path)} - {stage}
        taken_over = {known.replace(base, stage, 1) for known in told if known == base or known.startswith(f"{base}.")}
        again |= taken_over - own
    return [problem for problem in problems if problem.path not in again]
