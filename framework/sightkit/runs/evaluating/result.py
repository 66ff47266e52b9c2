"""`Evaluation`: what judging a run again has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightkit.contracts import Predictions, Score


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """What judging a run again has found.

    Attributes:
        run: The run's folder.
        name: The split, or what the evaluation of other data is called.
        classes: The class names of the run, in label order; untrusted text.
        predictions: What the scores were computed from.
        scores: Each with its interval, by the name of the metric.
        files: What the evaluation is written in, the scores first; empty where other metrics than the run's were asked
            for.
        reports: The files that the run's reports wrote of other data; none unless they were asked for.
        notes: What a reader of the scores has to know of the data.
    """

    run: Path
    name: str
    classes: tuple[str, ...]
    predictions: Predictions
    scores: Mapping[str, Score]
    files: tuple[Path, ...] = ()
    reports: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, dict[str, Any]]:
        """Return the scores as they stand in ``scores.json``: ``{metric: {"value", "low", "high", ...}}``."""
        from sightkit.evaluation.document import scores_document

        return scores_document(self.scores, classes=self.classes, labels=self.predictions.labels)

    def _repr_html_(self) -> str:
        from sightkit.evaluation.text import HEAD, score_row
        from sightkit.notebook import lines, table, title

        scores = [score_row(*each) for each in self.document().items()]
        head = f"{self.name}: {len(self.predictions.labels):,} images"
        return title(head) + table(HEAD, scores) + lines(self.notes)
