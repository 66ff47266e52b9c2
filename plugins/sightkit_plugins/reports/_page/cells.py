"""The cells of the confusion matrix with the pictures that are in them, as many as the page has room for."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit_plugins.reports._confusion import printable
from sightkit_plugins.reports._page.pictures import data_uri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit import ReportTask
    from sightkit_plugins.reports._page.outcome import Outcome

IN_A_CELL = 24
"""How many images of a cell are shown at most."""
NAMED = 10_000
"""How many images are named at most, in all cells."""
LARGE, SMALL, FEW = 96, 64, 600
"""The longer side of a picture in pixels: the first where there are no more than a few, else the second."""
CHUNK = 256


def cells_document(task: ReportTask, outcome: Outcome, *, split: str, room: int) -> dict[str, Any]:
    """Return every cell with images in it, and the images, for the page's script.

    Mistakes go first: when room is short, every cell of confused images has one picture before any has two, and images
    that were taken for what they are come last.

    Args:
        task: Has the images.
        outcome: The predictions.
        split: Their split.
        room: How many bytes the pictures may take.

    Returns:
        ``{"cells": [[actual, predicted, images, [index of a shown image, ...]], ...], "images": [[name, certainty in
        percent, picture or ""], ...]}``.
    """
    members = rows_by_cell(outcome)
    confused = [rows for (actual, predicted), rows in members.items() if actual != predicted]
    right = [rows for (actual, predicted), rows in members.items() if actual == predicted]
    shown = [*taking_turns(confused), *taking_turns(right)][:NAMED]
    pictures = pictures_within(task, shown, split=split, room=room)
    place = {row: index for index, row in enumerate(shown)}
    cells = [
        [actual, predicted, len(rows), [place[row] for row in rows[:IN_A_CELL] if row in place]]
        for (actual, predicted), rows in members.items()
    ]
    images = [
        [printable(outcome.predictions.ids[row]), round(100 * float(outcome.certainty[row]), 1), pictures.get(row, "")]
        for row in shown
    ]
    return {"cells": cells, "images": images}


def rows_by_cell(outcome: Outcome) -> dict[tuple[int, int], list[int]]:
    """Return the rows in each cell, the fullest first; mistakes the surest first, what is right the least sure."""
    size = len(outcome.classes)
    cell = outcome.actual * size + outcome.predicted
    sureness = np.where(outcome.actual == outcome.predicted, outcome.certainty, -outcome.certainty)
    order = np.lexsort((sureness, cell))
    found, starts = np.unique(cell[order], return_index=True)
    groups = np.split(order, starts[1:])
    fullest = sorted(zip(found.tolist(), groups, strict=True), key=lambda each: -len(each[1]))
    return {divmod(each, size): rows.tolist() for each, rows in fullest}


def taking_turns(groups: list[list[int]]) -> list[int]:
    """Return the first row of each group, then the second of each, as far as a cell shows them."""
    turns = zip_longest(*(rows[:IN_A_CELL] for rows in groups))
    return [row for turn in turns for row in turn if row is not None]


def pictures_within(task: ReportTask, rows: list[int], *, split: str, room: int) -> dict[int, str]:
    """Return the pictures of the first rows, as many as there is room for."""
    side = LARGE if len(rows) <= FEW else SMALL
    pictures: dict[int, str] = {}
    for start in range(0, len(rows), CHUNK):
        chunk: NDArray[np.int64] = np.asarray(rows[start : start + CHUNK], dtype=np.int64)
        images = task.pictures(split, chunk)
        if images is None:
            return {}
        for row, pixels in zip(chunk.tolist(), images, strict=True):
            picture = data_uri(pixels, side=side)
            room -= len(picture)
            if room < 0:
                return pictures
            pictures[row] = picture
    return pictures
