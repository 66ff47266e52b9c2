"""How predictions are written to standard output as they come: aligned for people, as CSV, as lines of JSON."""

from __future__ import annotations

import codecs
import csv
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sightkit.cli.cells import harmless
from sightkit.cli.console import printable

if TYPE_CHECKING:
    from sightkit.runs.prediction.result import ImagePrediction


class Writer(ABC):
    """Writes predictions to standard output.

    Args:
        top: How many classes of each image are written.
    """

    def __init__(self, top: int) -> None:
        self.top = top

    def __call__(self, predictions: Sequence[ImagePrediction]) -> None:
        """Write some predictions, so that whoever reads has them now."""
        self.write(predictions)
        sys.stdout.flush()

    @abstractmethod
    def write(self, predictions: Sequence[ImagePrediction]) -> None:
        """Write some predictions."""


class JsonWriter(Writer):
    """A JSON object a line: ``{"image", "predictions": [{"class", "probability"}, ...]}`` or ``{"image", "error"}``."""

    def __init__(self, top: int) -> None:
        super().__init__(top)
        self._ascii = codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8"

    def write(self, predictions: Sequence[ImagePrediction]) -> None:
        """Write a line for each image."""
        sys.stdout.writelines(json.dumps(self._document(each), ensure_ascii=self._ascii) + "\n" for each in predictions)

    def _document(self, prediction: ImagePrediction) -> dict[str, object]:
        if prediction.error is not None:
            return {"image": prediction.id, "error": prediction.error}
        top = [{"class": name, "probability": probability} for name, probability in prediction.top(self.top)]
        return {"image": prediction.id, "predictions": top}


class CsvWriter(Writer):
    """A row for each image: ``image, class, probability, class_2, probability_2, ..., error``."""

    def __init__(self, top: int) -> None:
        super().__init__(top)
        self._table = csv.writer(sys.stdout, lineterminator="\n")
        self._table.writerow(["image", *heads(top, "{name}_{rank}"), "error"])

    def write(self, predictions: Sequence[ImagePrediction]) -> None:
        """Write a row for each image."""
        for each in predictions:
            cells = [cell for name, probability in each.top(self.top) for cell in (harmless(name), probability)]
            missing = [""] * (2 * self.top - len(cells))
            self._table.writerow([harmless(each.id), *cells, *missing, harmless(each.error or "")])


class TextWriter(Writer):
    """A line for each image, columns aligned with those of the lines before as far as these were known."""

    def __init__(self, top: int) -> None:
        super().__init__(top)
        self._heads = ["image", *heads(top, "{name} {rank}")]
        self._widths = [len(head) for head in self._heads]
        self._headed = False

    def write(self, predictions: Sequence[ImagePrediction]) -> None:
        """Write a line for each image; columns only ever become wider."""
        from rich.cells import cell_len

        rows = [self._row(each) for each in predictions]
        self._widths = [
            max([width, *(cell_len(row[column]) for row in rows if column < len(row) - is_error(row))])
            for column, width in enumerate(self._widths)
        ]
        if not self._headed:
            rows = [self._heads, *rows]
            self._headed = True
        for row in rows:
            padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, self._widths, strict=False)]
            sys.stdout.write("  ".join(padded).rstrip() + "\n")

    def _row(self, prediction: ImagePrediction) -> list[str]:
        image = printable(prediction.id)
        if prediction.error is not None:
            return [image, f"error: {printable(prediction.error)}"]
        top = prediction.top(self.top)
        return [image, *(cell for name, share in top for cell in (printable(name), f"{share:.4f}"))]


def is_error(row: Sequence[str]) -> bool:
    """Say whether a row tells what is wrong with an image, which may be long and decides no column's width."""
    return len(row) == 2


def heads(top: int, form: str) -> list[str]:
    """Return the heads of the columns behind the image's: the best class and its probability, then the others'."""
    names = ("class", "probability")
    return [name if rank == 1 else form.format(name=name, rank=rank) for rank in range(1, top + 1) for name in names]
