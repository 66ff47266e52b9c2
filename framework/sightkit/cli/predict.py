"""``sightkit predict``: what the model of a run says about images."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.options import RunsOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightkit.cli.predicted import Writer

AT_ONCE = 32
"""So many predictions are written at a time; the model makes no fewer."""


def predict(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The folder of a run, or the name of an experiment, which means its newest run that has finished.",
        ),
    ],
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE|FOLDER|GLOB...",
            help="Images; folders, for the images anywhere below them; patterns such as 'photos/**/*.jpg'.",
        ),
    ],
    *,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="How many classes of each image are told.")] = 3,
    tta: Annotated[
        str,
        typer.Option(
            metavar="VIEWS", help="Average over views of each image: flip, shift or flip,shift.", show_default=False
        ),
    ] = "",
    csv: Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")] = False,
    json: Annotated[bool, typer.Option("--json", metavar="", help="Print a JSON object for each image.")] = False,
    runs_dir: RunsOption = Path("runs"),
) -> None:
    """Predict the classes of images with the model of a run; its dataset is not needed.

    Images are decoded as those that the model was trained on. Results are printed as they come, however many there are.
    An image that can't be used gets a row that says why; the exit code is then 3.

    Example:  sightkit predict runs/flowers/20260727-101500-3fa9c1 photos --csv > predicted.csv
    """
    from sightkit.cli.finding import finished_run
    from sightkit.cli.process import start_tensorflow, without_scikit_learn
    from sightkit.cli.signals import Interruption
    from sightkit.errors import DataError
    from sightkit.evaluation.views import check_views
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.images.found import find_images
    from sightkit.runs.prediction.predictor import RunPredictor

    predictor = RunPredictor(finished_run(run, runs_dir))
    views = check_views([name.strip() for name in tta.split(",") if name.strip()])
    write = writer(min(top, len(predictor.classes)), csv=csv, json=json)
    found = find_images(images)
    count = bad = 0
    with Interruption(), shown_progress(images) as advance, predictor.decoded(found) as decoded:
        with without_scikit_learn():
            start_tensorflow(TrainingSettings(deterministic=predictor.deterministic))
        # It was off since the process began; what is there by now stays, and is never looked through.
        gc.freeze()
        gc.enable()
        predictions = predictor.predictions(decoded, tta=views)
        while some := list(islice(predictions, AT_ONCE)):
            write(some)
            count += len(some)
            bad += sum(each.error is not None for each in some)
            advance(count)
    if bad:
        message = f"{bad:,} of {count:,} images could not be used; their rows say why"
        raise DataError(message)


def writer(top: int, *, csv: bool, json: bool) -> Writer:
    """Return what writes predictions in the form that is asked for.

    Raises:
        ConfigError: two forms are.
    """
    from sightkit.cli.predicted import CsvWriter, JsonWriter, TextWriter
    from sightkit.errors import ConfigError

    if csv and json:
        message = "--csv and --json: expected one of them"
        raise ConfigError(message)
    return (CsvWriter if csv else JsonWriter if json else TextWriter)(top)


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
