"""Calibration as a run does it: fitted on the validation split once training is over, recorded in the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit.errors import ConfigError
from sightkit.runs.judging.judge import logits_of

if TYPE_CHECKING:
    from sightkit.evaluation.predict import Predictor
    from sightkit.experiment import ExperimentSettings
    from sightkit.images import PreparedData
    from sightkit.runs.execution import Execution


def refuse_without_validation(settings: ExperimentSettings, data: PreparedData) -> None:
    """Refuse to calibrate where there is nothing to fit on: images that were trained on seem easier than they are.

    Raises:
        ConfigError: that.
    """
    if settings.calibration.use != "none" and "validation" not in data.splits:
        message = (
            f'calibration.use = "{settings.calibration.use}": it is fitted on the validation split, and there is none; '
            "expected split.validation above 0, or no [calibration]"
        )
        raise ConfigError(message)


def calibrate(execution: Execution, predictor: Predictor) -> float:
    """Return the temperature of a trained model's probabilities and record how it was found; 1 where none is wanted."""
    from sightkit.evaluation.calibration import fit_temperature

    if execution.settings.calibration.use == "none":
        return 1.0
    data = execution.data
    execution.display.judging("validation")
    rows = data.splits["validation"]
    fitted = fit_temperature(logits_of(predictor, data, rows), data.labels[rows])
    execution.manifest.update(calibration=fitted.document())
    if fitted.problem:
        execution.warn(f"probabilities are not calibrated, since on the validation split {fitted.problem}")
    else:
        execution.say(f"calibrated: temperature {fitted.value:.4f}, fitted on {fitted.images:,} validation images")
    return fitted.value
