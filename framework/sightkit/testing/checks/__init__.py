"""The checks of every kind of component, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sightkit.component import Component
from sightkit.testing.checks import (
    architecture,
    augmentation,
    common,
    dataset,
    extension,
    loss,
    metric,
    optimizer,
    report,
    schedule,
)
from sightkit.testing.contract import Check, Contract

CONTRACTS: Mapping[str, Contract] = {
    "dataset": dataset.CONTRACT,
    "augmentation": augmentation.CONTRACT,
    "architecture": architecture.CONTRACT,
    "optimizer": optimizer.CONTRACT,
    "schedule": schedule.CONTRACT,
    "loss": loss.CONTRACT,
    "metric": metric.CONTRACT,
    "report": report.CONTRACT,
    "extension": extension.CONTRACT,
}
"""What each kind is held to, beyond what every component is."""


def checks_of(component: Component[Any]) -> tuple[Check, ...]:
    """Return the checks of a component, in the order in which they make sense."""
    return (*common.ALWAYS, *common.WITH_PARAMETERS, *CONTRACTS[component.kind].checks(after=common.NEEDED_TO_BUILD))
