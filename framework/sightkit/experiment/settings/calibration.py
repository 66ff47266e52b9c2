"""The table ``[calibration]``: whether probabilities are corrected once training is over."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightkit.experiment.settings.table import Table


class CalibrationSettings(Table):
    """Whether probabilities are corrected once training is over."""

    # Called use as if it chose a component, so that it can become a kind of its own without a change to any file.
    # Until somebody needs another method, one number in the manifest beats a plugin that each prediction would load.
    use: Literal["none", "temperature"] = Field(
        "none",
        description="temperature: logits are divided by one number, with which the validation split has the least log "
        "loss; the predicted classes stay the same. none: probabilities are the softmax of the logits as they are.",
    )
