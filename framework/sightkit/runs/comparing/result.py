"""`Comparison`: what comparing runs on the same images has found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sightkit.contracts import Predictions, Score
from sightkit.paths import absolute

if TYPE_CHECKING:
    from sightkit.runs.record.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """One of the runs.

    Attributes:
        name: Short, and unlike those of the others.
        run: The run itself.
        predictions: What it says about the images, in the same order as the others.
        scores: Each with its interval, by the name of the metric.
    """

    name: str
    run: Run
    predictions: Predictions
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two runs differ in a metric.

    Attributes:
        metric: Its name.
        first: The name of one run.
        second: The name of the other one.
        value: The score of the second minus that of the first; ``nan`` where either is not defined.
        interval: Its 95 % interval; ``(nan, nan)`` where there is none.
        p_value: How probable a difference this large is between equally good models; ``nan`` without a test.
        adjusted_p_value: The same by Holm's correction over all pairs of runs in this metric.
        test: McNemar's, from the binomial distribution or its normal approximation, or a paired bootstrap; ``None``
            where a score has no interval, and so the difference has no test.
        resamples: How many the bootstrap drew; ``None`` without it.
        only_first: How many images only the first run is right about, with McNemar's test.
        only_second: How many only the second one is right about.
    """

    metric: str
    first: str
    second: str
    value: float
    interval: tuple[float, float]
    p_value: float
    adjusted_p_value: float
    test: Literal["mcnemar-exact", "mcnemar", "bootstrap"] | None
    resamples: int | None = None
    only_first: int | None = None
    only_second: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What comparing runs on the same images has found.

    Attributes:
        split: Which images: a split of all runs, or an evaluation of other data that all of them have.
        images: How many they are.
        classes: The class names, in label order; untrusted text.
        runs: The runs, in the order in which they were given.
        differences: Of each metric, those of all pairs of runs.
        settings: What differs between the experiments: dotted keys, each with its value in every run.
        notes: What a reader has to know.
    """

    split: str
    images: int
    classes: tuple[str, ...]
    runs: tuple[ComparedRun, ...]
    differences: tuple[Difference, ...]
    settings: Mapping[str, tuple[Any, ...]]
    notes: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics."""
        return tuple(self.runs[0].scores)

    def document(self) -> dict[str, Any]:
        """Return everything as JSON has it; what is not defined is ``None``."""
        from sightkit.evaluation.document import scores_document

        return {
            "split": self.split,
            "images": self.images,
            "runs": [
                {
                    "name": each.name,
                    "run": str(each.run.path),
                    "scores": scores_document(each.scores, classes=self.classes, labels=each.predictions.labels),
                }
                for each in self.runs
            ],
            "differences": [difference_document(each) for each in self.differences],
            "settings": {key: list(values) for key, values in self.settings.items()},
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from sightkit.notebook import drawn, lines, title
        from sightkit.runs.comparing.curves import draw_curves
        from sightkit.runs.comparing.picture import draw_scores

        pictures = [
            drawn(lambda path: draw_scores(self, path), shows="scores with their intervals, and differences"),
            drawn(lambda path: draw_curves(self, path), shows="learning curves"),
        ]
        return title(f"{self.split}: {self.images:,} images") + "".join(pictures) + lines(self.notes)

    def write(self, folder: Path | str) -> list[Path]:
        """Write ``scores.png``, ``curves.png`` and ``comparison.csv`` into a folder, which is made if need be.

        Returns:
            The files, by absolute paths.

        Raises:
            StorageError: they can't be written.
        """
        from sightkit.runs.comparing.write import write_comparison

        return write_comparison(self, absolute(folder))


def difference_document(difference: Difference) -> dict[str, Any]:
    """Return a difference as JSON has it."""
    low, high = difference.interval
    numbers = {
        "value": difference.value,
        "low": low,
        "high": high,
        "p_value": difference.p_value,
        "adjusted_p_value": difference.adjusted_p_value,
    }
    return {
        "metric": difference.metric,
        "first": difference.first,
        "second": difference.second,
        **{name: None if math.isnan(value) else value for name, value in numbers.items()},
        "test": difference.test,
        "resamples": difference.resamples,
        "only_first": difference.only_first,
        "only_second": difference.only_second,
    }
