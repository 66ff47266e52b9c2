"""Predicting while somebody waits: rows as they come, the pictures that explain them, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from sightkit.cli.predicted import Row, Writer
from sightkit.errors import DataError
from sightkit.images.found import find_images

if TYPE_CHECKING:
    from pathlib import Path

    from sightkit.images.decoding.stream import DecodedBatch
    from sightkit.runs.explaining.pictures import Pictures
    from sightkit.runs.prediction.predictor import RunPredictor
    from sightkit.runs.record.run import Run

AT_ONCE = 32
"""So many predictions are written at a time; the model makes no fewer."""


def pictures_of(run: Run, folder: Path | None) -> Pictures:
    """Return what draws the pictures that explain predictions, into a folder or that of `folder_for`.

    Raises:
        ConfigError: the model has no feature maps.
    """
    from sightkit.runs.explaining.explainer import Explainer
    from sightkit.runs.explaining.pictures import Pictures, folder_for

    return Pictures(Explainer(run), folder or folder_for(run))


def predicted(
    predictor: RunPredictor,
    batches: Iterable[DecodedBatch],
    *,
    views: Sequence[str],
    top: int,
    pictures: Pictures | None,
) -> Iterator[Row]:
    """Yield what is told of each image; if pictures are wanted, they are there by then.

    They show the classes and probabilities that are told, whichever views these are the mean of.
    """
    for batch in batches:
        predictions = predictor.predictions(batch, tta=views)
        if pictures is None:
            yield from map(Row, predictions)
            continue
        written = pictures.write_batch(batch, predictions, top=top)
        for prediction, each in zip(predictions, written, strict=True):
            yield Row(prediction, None if isinstance(each, DataError) else each)


def write_all(rows: Iterator[Row], write: Writer, advance: Callable[[int], Any], *, at_once: int) -> None:
    """Write rows as they come.

    Raises:
        DataError: some of them are of images that can't be used.
    """
    count = bad = 0
    while some := list(islice(rows, at_once)):
        write(some)
        count += len(some)
        bad += sum(row.prediction.error is not None for row in some)
        advance(count)
    if bad:
        message = f"{bad:,} of {count:,} images could not be used; their rows say why"
        raise DataError(message)


@contextmanager
def shown_progress(words: Sequence[str]) -> Iterator[Callable[[int], Any]]:
    """Show on standard error how many predictions are made, if that is a terminal and they go somewhere else.

    On the same terminal, the predictions themselves are what there is to see.
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from sightkit.cli.console import console

    columns = (TextColumn("predicting"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=sum(1 for _ in find_images(words)))
        yield lambda count: progress.update(task, completed=count)
