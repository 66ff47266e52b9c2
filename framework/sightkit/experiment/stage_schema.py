"""The JSON Schema of a stage's tables that say only what differs: what the experiment chooses decides their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sightkit.experiment.choice_schema import HAS_USE, Choice
from sightkit.experiment.table_schema import Schema, open_table


def stage_rules(choices: Mapping[str, Choice], defaults: Mapping[str, str], extending: Schema) -> Iterator[Schema]:
    """Yield rules for the top of an experiment, where ``[optimizer]`` decides what a table deep inside may hold.

    Args:
        choices: The kinds that a stage may have a table of, by the key of that table.
        defaults: The component that each of these tables means at the top where it has no ``use``.
        extending: The condition that a file extends others, in which the ``use`` may be.
    """
    for key, choice in choices.items():
        for found in choice.found:
            chosen = {"required": [key], **open_table({key: choice.means(found)})}
            yield {"if": chosen, "then": in_stages(key, choice.differing_rules(found))}
        anyone = in_stages(key, choice.part_rules())
        default = choice.names.get(defaults[key])
        alone = anyone if default is None else in_stages(key, choice.differing_rules(default))
        told = {"required": [key], **open_table({key: HAS_USE})}
        yield {"if": told, "else": {"if": extending, "then": anyone, "else": alone}}


def in_stages(key: str, rules: Schema) -> Schema:
    """Return the schema of an experiment in which a table of each stage follows some rules."""
    stages = {"items": open_table({key: rules})}
    return open_table({"training": open_table({"stages": stages})})
