"""Components that break one rule that holds for every kind, and are named after the check that is to catch them."""

from __future__ import annotations

from pydantic import ConfigDict, Field, field_validator

from sightkit import Params, Schedule, hookimpl


class Silent(Params):
    """A parameter that says nothing."""

    factor: float = Field(1.0, gt=0)


class BeyondItself(Params):
    """A default that its own bounds refuse."""

    factor: float = Field(2.0, gt=0, le=1, description="What the rate is multiplied by.")


class Lenient(Params):
    """Unknown keys are passed over."""

    model_config = ConfigDict(extra="ignore")

    factor: float = Field(1.0, gt=0, description="What the rate is multiplied by.")


class Converting(Params):
    """A validator that returns something else than it was given."""

    factor: float = Field(50.0, gt=0, description="What the rate is multiplied by, in percent.")

    @field_validator("factor")
    @classmethod
    def _as_a_fraction(cls, factor):
        return factor / 100


class Contradictory(Params):
    """A JSON Schema that says another default than there is."""

    factor: float = Field(1.0, gt=0, description="What the rate is multiplied by.", json_schema_extra={"default": 2.0})


def build_constant(params, task):
    return lambda step: task.learning_rate * params.factor


BROKEN = {
    "is-documented": Silent,
    "has-valid-parameters": BeyondItself,
    "refuses-unknown-keys": Lenient,
    "can-be-written-and-read-again": Converting,
    "has-a-schema-for-editors": Contradictory,
}


@hookimpl
def sightkit_schedules():
    return [
        Schedule(name=name, summary="Broken.", params=params, build=build_constant) for name, params in BROKEN.items()
    ]
