"""How predictions are written to standard output as they come: aligned for people, as CSV, as lines of JSON."""

from __future__ import annotations

import codecs
import csv
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.cells import harmless_cell
from sightkit.cli.console import printable

if TYPE_CHECKING:
    from sightkit.runs.explaining.pictures import Written
    from sightkit.runs.prediction.result import ImagePrediction

PICTURES = ("heat_maps", "feature_maps")
"""What the pictures are called for programs."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of an image.

    Attributes:
        prediction: What the model says about it, or what is wrong with it.
        pictures: Those that explain the prediction, if they were asked for and there is one.
    """

    prediction: ImagePrediction
    pictures: Written | None = None

    @property
    def files(self) -> dict[str, Path]:
        """The pictures, by what they are called for programs."""
        return (
            {} if self.pictures is None else dict(zip(PICTURES, (self.pictures.heat, self.pictures.maps), strict=True))
        )


class Writer(ABC):
    """Writes predictions to standard output.

    Args:
        top: How many classes of each image are written.
        pictures: Whether it is written which pictures explain them.
    """

    def __init__(self, top: int, *, pictures: bool = False) -> None:
        self.top = top
        self.pictures = pictures

    def __call__(self, rows: Sequence[Row]) -> None:
        """Write some predictions, so that whoever reads has them now."""
        self.write(rows)
        sys.stdout.flush()

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> None:
        """Write some predictions."""


class JsonWriter(Writer):
    """A JSON object a line: ``{"image", "predictions": [{"class", "probability"}, ...]}`` or ``{"image", "error"}``.

    The first kind has ``"heat_maps"`` and ``"feature_maps"`` too, where there are pictures.
    """

    def __init__(self, top: int, *, pictures: bool = False) -> None:
        super().__init__(top, pictures=pictures)
        self._ascii = codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8"

    def write(self, rows: Sequence[Row]) -> None:
        """Write a line for each image."""
        sys.stdout.writelines(json.dumps(self._document(row), ensure_ascii=self._ascii) + "\n" for row in rows)

    def _document(self, row: Row) -> dict[str, object]:
        prediction = row.prediction
        if prediction.error is not None:
            return {"image": prediction.id, "error": prediction.error}
        top = [{"class": name, "probability": probability} for name, probability in prediction.top(self.top)]
        files = {name: str(file.absolute()) for name, file in row.files.items()}
        return {"image": prediction.id, "predictions": top, **files}


class CsvWriter(Writer):
    """A row for each image: ``image, class, probability, class_2, probability_2, ..., error``.

    Where there are pictures, ``heat_maps, feature_maps`` stand before the error.
    """

    def __init__(self, top: int, *, pictures: bool = False) -> None:
        super().__init__(top, pictures=pictures)
        self._table = csv.writer(sys.stdout, lineterminator="\n")
        self._head = ["image", *heads(top, "{name}_{rank}"), *(PICTURES if pictures else ()), "error"]
        self._table.writerow(self._head)

    def write(self, rows: Sequence[Row]) -> None:
        """Write a row for each image."""
        for row in rows:
            each = row.prediction
            cells = [cell for name, probability in each.top(self.top) for cell in (harmless_cell(name), probability)]
            files = [harmless_cell(str(file)) for file in row.files.values()]
            missing = [""] * (len(self._head) - 2 - len(cells) - len(files))
            self._table.writerow([harmless_cell(each.id), *cells, *files, *missing, harmless_cell(each.error or "")])


class TextWriter(Writer):
    """A line for each image, columns aligned with those of the lines before as far as these were known."""

    def __init__(self, top: int, *, pictures: bool = False) -> None:
        super().__init__(top, pictures=pictures)
        self._heads = ["image", *heads(top, "{name} {rank}"), *(["heat maps", "feature maps"] if pictures else [])]
        self._widths = [len(head) for head in self._heads]
        self._headed = False

    def write(self, rows: Sequence[Row]) -> None:
        """Write a line for each image; columns only ever become wider."""
        from rich.cells import cell_len

        lines = [self._cells(row) for row in rows]
        self._widths = [
            max([width, *(cell_len(line[column]) for line in lines if column < len(line) - is_error(line))])
            for column, width in enumerate(self._widths)
        ]
        if not self._headed:
            lines = [self._heads, *lines]
            self._headed = True
        for line in lines:
            padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, self._widths, strict=False)]
            sys.stdout.write("  ".join(padded).rstrip() + "\n")

    def _cells(self, row: Row) -> list[str]:
        prediction = row.prediction
        image = printable(prediction.id)
        if prediction.error is not None:
            return [image, f"error: {printable(prediction.error)}"]
        top = [cell for name, share in prediction.top(self.top) for cell in (printable(name), f"{share:.4f}")]
        return [image, *top, *(printable(str(file)) for file in row.files.values())]


def is_error(line: Sequence[str]) -> bool:
    """Say whether a line tells what is wrong with an image, which may be long and decides no column's width."""
    return len(line) == 2


def heads(top: int, form: str) -> list[str]:
    """Return the heads of the columns behind the image's: the best class and its probability, then the others'."""
    names = ("class", "probability")
    return [name if rank == 1 else form.format(name=name, rank=rank) for rank in range(1, top + 1) for name in names]
