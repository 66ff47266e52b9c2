"""``sightkit predict``: what the model of a run says about images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.options import IMAGES, IMAGES_HELP, CsvOption, RunArgument, RunsOption, TopOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightkit.cli.predicted import Row, Writer
    from sightkit.images.decoding.stream import DecodedBatch
    from sightkit.runs.explaining.pictures import Pictures
    from sightkit.runs.prediction.predictor import RunPredictor
    from sightkit.runs.record.run import Run

AT_ONCE = 32
"""So many predictions are written at a time; the model makes no fewer."""


def predict(
    run: RunArgument,
    images: Annotated[list[str], typer.Argument(metavar=IMAGES, help=IMAGES_HELP)],
    *,
    top: TopOption = 3,
    tta: Annotated[
        str,
        typer.Option(
            metavar="VIEWS", help="Average over views of each image: flip, shift or flip,shift.", show_default=False
        ),
    ] = "",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            metavar="",
            help="Draw where the network looks in each image, as sightkit explain does, into NAME-explained.",
        ),
    ] = False,
    runs_dir: RunsOption = Path("runs"),
    csv: CsvOption = False,
    json: Annotated[bool, typer.Option("--json", metavar="", help="Print a JSON object for each image.")] = False,
) -> None:
    """Predict the classes of images with the model of a run; its dataset is not needed.

    Images are decoded as those that the model was trained on. Results are printed as they come, however many there are.
    An image that can't be used gets a row that says why; the exit code is then 3.

    Example:  sightkit predict runs/flowers/20260727-101500-3fa9c1 photos --csv > predicted.csv
    """
    from sightkit.cli.finding import finished_run
    from sightkit.cli.process import collect_garbage, start_tensorflow, without_scikit_learn
    from sightkit.cli.signals import Interruption
    from sightkit.evaluation.views import check_views
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.images.found import find_images
    from sightkit.runs.prediction.predictor import RunPredictor

    found = finished_run(run, runs_dir)
    predictor = RunPredictor(found)
    views = check_views([name.strip() for name in tta.split(",") if name.strip()])
    top = min(top, len(predictor.classes))
    write = writer(top, explain=explain, csv=csv, json=json)
    items = find_images(images)
    with Interruption(), shown_progress(images) as advance, predictor.decoded(items) as decoded:
        with without_scikit_learn():
            start_tensorflow(TrainingSettings(deterministic=predictor.deterministic))
        collect_garbage()
        pictures = pictures_of(found) if explain else None
        rows = predicted(predictor, decoded, views=views, top=top, pictures=pictures)
        write_all(rows, write, advance, at_once=1 if explain else AT_ONCE)


def writer(top: int, *, explain: bool, csv: bool, json: bool) -> Writer:
    """Return what writes predictions in the form that is asked for.

    Raises:
        ConfigError: two forms are.
    """
    from sightkit.cli.predicted import CsvWriter, JsonWriter, TextWriter
    from sightkit.errors import ConfigError

    if csv and json:
        message = "--csv and --json: expected one of them"
        raise ConfigError(message)
    return (CsvWriter if csv else JsonWriter if json else TextWriter)(top, pictures=explain)


def pictures_of(run: Run) -> Pictures:
    """Return what draws the pictures that explain predictions.

    Raises:
        ConfigError: the model has no feature maps.
    """
    from sightkit.runs.explaining.explainer import Explainer
    from sightkit.runs.explaining.pictures import Pictures, folder_for

    return Pictures(Explainer(run), folder_for(run))


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
    from sightkit.cli.predicted import Row
    from sightkit.errors import DataError

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
    from sightkit.errors import DataError

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
    import sys

    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from sightkit.cli.console import console
    from sightkit.images.found import find_images

    columns = (TextColumn("predicting"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=sum(1 for _ in find_images(words)))
        yield lambda count: progress.update(task, completed=count)
