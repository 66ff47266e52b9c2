"""House rules: refuses experiments whose scores nobody could compare or repeat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import ConfigError, Experiment, Extension, ExtensionTask, Params, hookimpl

if TYPE_CHECKING:
    from typing import Any


class HouseRulesParams(Params):
    """Parameters of ``[[extensions]] use = "house-rules"``."""

    test: float = Field(0.1, ge=0, lt=1, description="The smallest fraction of images that has to be for testing.")
    seed: bool = Field(True, description="Whether the seed has to be written down.")
    duplicates: bool = Field(False, description="Whether images may be in training and test at once.")


class HouseRules:
    """The policy; its one run hook is called by ``sightkit check`` and at the beginning of a run."""

    def __init__(self, params: HouseRulesParams) -> None:
        self.params = params

    @hookimpl
    def sightkit_experiment_checked(self, experiment: Experiment) -> None:
        """Tell everything that is against the rules at once.

        Raises:
            ConfigError: to refuse the experiment.
        """
        if broken := list(self.broken_by(experiment.settings)):
            raise ConfigError("\n".join(f"house-rules: {rule}" for rule in broken))

    def broken_by(self, settings: Any) -> Iterator[str]:
        """Yield what is against the rules: where, what was expected, what was found."""
        if settings.split.test < self.params.test:
            # Where a dataset brings splits of its own, this key changes nothing, and its default does.
            yield f"split.test: expected at least {self.params.test}, found {settings.split.test}"
        if self.params.seed and "seed" not in settings.model_fields_set:
            yield "seed: expected to be written, so that it can be quoted; found none; write seed = 0, for example"
        if not self.params.duplicates and settings.split.duplicates == "allow":
            yield 'split.duplicates: expected "error" or "drop-train", found "allow"'


def build_house_rules(params: HouseRulesParams, _task: ExtensionTask) -> HouseRules:
    """Return the object whose hook is called."""
    return HouseRules(params)


@hookimpl
def sightkit_extensions() -> list[Extension[HouseRulesParams]]:
    """Offer the house rules."""
    return [
        Extension(
            name="house-rules",
            summary="Refuses experiments without test images or a seed.",
            params=HouseRulesParams,
            build=build_house_rules,
        )
    ]
