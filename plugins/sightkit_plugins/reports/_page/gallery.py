"""The pictures of the worst mistakes and of the least certain predictions, with where the model looked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightkit_plugins.reports._page.pictures import data_uri

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import ReportTask
    from sightkit_plugins.reports._page.outcome import Outcome

SIDE = 160
"""The longer side of a picture, in pixels; it is shown half as large, and sharp where pixels are small."""


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One prediction, shown.

    Attributes:
        name: The image's id; untrusted text.
        actual: Its label.
        predicted: What it was taken for.
        certainty: The probability of that class.
        given: The probability of the actual class.
        picture: A data URI; empty where the image is not at hand.
        heat: The same with a heat map over it; empty where there is none.
    """

    name: str
    actual: int
    predicted: int
    certainty: float
    given: float
    picture: str
    heat: str

    @property
    def right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.actual == self.predicted


def exhibits(task: ReportTask, outcome: Outcome, rows: NDArray[np.int64], *, split: str) -> list[Exhibit]:
    """Return the predictions at ``rows`` with their pictures."""
    if not len(rows):
        return []
    pictures = task.pictures(split, rows)
    heats = None if pictures is None else task.heat_maps(split, rows)
    shown = []
    for index, row in enumerate(rows.tolist()):
        actual, predicted = int(outcome.actual[row]), int(outcome.predicted[row])
        pixels = None if pictures is None else pictures[index]
        shown.append(
            Exhibit(
                name=outcome.predictions.ids[row],
                actual=actual,
                predicted=predicted,
                certainty=float(outcome.certainty[row]),
                given=float(outcome.predictions.probabilities[row, actual]),
                picture="" if pixels is None else data_uri(pixels, side=SIDE),
                heat="" if pixels is None or heats is None else data_uri(heats[index], side=SIDE),
            )
        )
    return shown
