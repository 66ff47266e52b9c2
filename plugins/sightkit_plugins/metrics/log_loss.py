"""Log loss: minus the logarithm of the right class's probability, on average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class LogLossParams(Params):
    """Parameters of ``use = "log-loss"``: none."""


def build_log_loss(_params: LogLossParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return the log loss in nats, 0 at best.

    Probabilities are held 2.2e-16 away from 0 and 1, as in scikit-learn: an image whose right class was given no
    probability at all counts 36.04.
    """
    from sightkit_plugins.metrics._means import MeanLoss, log_losses

    return MeanLoss(log_losses)


@hookimpl
def sightkit_metrics() -> list[Metric[LogLossParams]]:
    """Offer the log loss."""
    return [
        Metric(
            name="log-loss",
            summary="Minus the logarithm of the right class's probability.",
            params=LogLossParams,
            build=build_log_loss,
        )
    ]
