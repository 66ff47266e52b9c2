"""The confusion matrix: how often each class was taken for which, as a picture, as tables and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Params, Report, ReportOutput, ReportTask, hookimpl

if TYPE_CHECKING:
    from sightkit import Predictions, ReportFunction


class ConfusionMatrixParams(Params):
    """Parameters of ``use = "confusion-matrix"``."""

    normalise: bool = Field(
        True,
        description="Colour the cells of the picture by the share of the actual class's images, so that small classes "
        "show as well as large ones; false: by the number of images.",
    )


def build_confusion_matrix(params: ConfusionMatrixParams, task: ReportTask) -> ReportFunction:
    """Return a report that writes six files a split, and shows the first split in the terminal.

    For ``test``: ``confusion-matrix-test.png`` and ``.svg``; ``confusion-matrix-test.csv`` with the number of images of
    each actual class (row) taken for each class (column); ``confusion-matrix-test-rates.csv`` with the same as shares
    of the row; ``confusion-matrix-test-pairs.csv`` with the pairs of classes that were confused, the most frequent
    first; ``confusion-matrix-test-classes.csv`` with true and false positives and negatives of each class.

    The splits are those that were not trained on, ``test`` first; ``train`` only where there is no other. A split
    without images is passed over.
    """

    def write(predictions: Mapping[str, Predictions], folder: Path) -> ReportOutput:
        from sightkit_plugins.reports._confusion import count_confusions
        from sightkit_plugins.reports._confusion_picture import draw_pictures
        from sightkit_plugins.reports._confusion_table import write_tables
        from sightkit_plugins.reports._confusion_text import describe
        from sightkit_plugins.reports._splits import called, shown_splits

        files: list[Path] = []
        texts: list[str] = []
        for split in shown_splits(predictions):
            matrix = count_confusions(predictions[split], classes=task.classes)
            stem = folder / f"confusion-matrix-{split}"
            title = f"{task.experiment}, {called(split)}"
            files.extend(draw_pictures(matrix, stem, title=title, normalise=params.normalise))
            files.extend(write_tables(matrix, stem))
            texts.append(describe(matrix, split=split))
        return ReportOutput(files=tuple(files), text=texts[0] if texts else "")

    return write


@hookimpl
def sightkit_reports() -> list[Report[ConfusionMatrixParams]]:
    """Offer the confusion matrix."""
    return [
        Report(
            name="confusion-matrix",
            summary="How often each class was taken for which: picture, CSV and terminal.",
            params=ConfusionMatrixParams,
            build=build_confusion_matrix,
        )
    ]
