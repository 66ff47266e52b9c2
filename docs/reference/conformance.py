"""The reference of the conformance kit: what every check demands, by the kind of component."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reference.page import Page, plain, table
from sightkit.testing.checks import CONTRACTS, common, recipe
from sightkit.testing.contract import Check

LEAD = """\
What the components of each kind are held to by `sightkit plugins check` and by the fixture `sightkit_conformance`. How
they are used is in [Writing a plugin](../writing-a-plugin.md#testing). Every check has to come to an end, and to
leave the working directory as it was."""
EVERY = "Every component"
PYTHON = ("conformance.check_component", "conformance.check_plugin", "finding.NonconformityError", "finding.Finding")


def page() -> Page:
    """Return the page of all checks."""
    parts = [LEAD]
    for heading, checks in checks_by_heading().items():
        rows = [(plain(check.name), f"{plain(check.demand)}.") for check in checks]
        parts += [f"## {heading}", table(["check", "what it demands"], rows)]
    parts += ["## Python", "All of these are importable from `sightkit.testing`."]
    parts += [f"::: sightkit.testing.{name}\n    options:\n      heading_level: 3" for name in PYTHON]
    return Page(path="reference/conformance.md", title="Conformance", parts=parts)


def checks_by_heading() -> Mapping[str, Iterable[Check]]:
    """Return the checks of each kind under its heading."""
    kinds = {kind.capitalize(): list(contract.checks(after=())) for kind, contract in CONTRACTS.items()}
    return {EVERY: (*common.ALWAYS, *common.WITH_PARAMETERS), **kinds, "Recipe": recipe.CHECKS}
