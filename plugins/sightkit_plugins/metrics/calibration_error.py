"""Expected calibration error: how far confidence is from accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import MetricFunction


class CalibrationErrorParams(Params):
    """Parameters of ``use = "calibration-error"``."""

    bins: int = Field(15, ge=1, le=1000, description="Parts of equal width that the confidence is divided into.")


def build_calibration_error(params: CalibrationErrorParams, _task: MetricTask) -> MetricFunction:
    """Return the expected calibration error, from 0, the best, to 1.

    Images are put in bins by the probability of their predicted class; the error is the distance of a bin's accuracy
    from its mean probability, averaged over images. It has no interval: chance alone makes it larger than 0, the more
    so the fewer images a bin has, and resampling adds to that, so that intervals would lie too high. Source: C. Guo, G.
    Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017.
    """
    from sightkit_plugins.metrics._calibration import CalibrationError

    return CalibrationError(params.bins)


@hookimpl
def sightkit_metrics() -> list[Metric[CalibrationErrorParams]]:
    """Offer the expected calibration error."""
    return [
        Metric(
            name="calibration-error",
            summary="Distance of confidence from accuracy, over bins.",
            params=CalibrationErrorParams,
            build=build_calibration_error,
        )
    ]
