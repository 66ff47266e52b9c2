"""The table ``[recipe]``: what a recipe says of itself."""

from __future__ import annotations

from pydantic import Field

from sightkit.experiment.settings.table import Table


class MeasuredScore(Table):
    """What a recipe scored on the test split when it was last measured."""

    metric: str = Field(description="Which metric.")
    value: float = Field(description="Its value on the test split.")
    low: float = Field(description="Lower end of the 95 % interval.")
    high: float = Field(description="Upper end of the 95 % interval.")
    seconds: float = Field(gt=0, description="Wall-clock time of the whole command, in seconds.")
    machine: str = Field(description="What it was measured on.")


class RecipeNotes(Table):
    """What a recipe says of itself."""

    summary: str = Field(description="One line for the list of recipes.")
    source: str | None = Field(None, description="Where the settings come from.")
    measured: MeasuredScore | None = Field(None, description="The score that was measured with it.")
