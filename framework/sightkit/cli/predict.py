"""``sightkit predict``: what the model of a run says about images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sightkit.cli.options import IMAGES, IMAGES_HELP, CsvOption, PicturesOption, RunArgument, RunsOption, TopOption

if TYPE_CHECKING:
    from sightkit.cli.predicted import Writer

ImagesArgument: TypeAlias = Annotated[list[str], typer.Argument(metavar=IMAGES, help=IMAGES_HELP)]
ViewsOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="VIEWS", help="Average over views of each image: flip, shift or flip,shift.", show_default=False
    ),
]
ExplainOption: TypeAlias = Annotated[
    bool,
    typer.Option("--explain", metavar="", help="Draw where the network looks in each image, as sightkit explain does."),
]
JsonLinesOption: TypeAlias = Annotated[
    bool, typer.Option("--json", metavar="", help="Print a JSON object for each image.")
]


def predict(
    run: RunArgument,
    images: ImagesArgument,
    *,
    top: TopOption = 3,
    tta: ViewsOption = "",
    explain: ExplainOption = False,
    output: PicturesOption = None,
    runs_dir: RunsOption = Path("runs"),
    csv: CsvOption = False,
    json: JsonLinesOption = False,
) -> None:
    """Predict the classes of images with the model of a run; its dataset is not needed.

    Images are decoded as those that the model was trained on. Results are printed as they come, however many there are.
    An image that can't be used gets a row that says why; the exit code is then 3.

    Example:  sightkit predict runs/flowers/20260727-101500-3fa9c1 photos --csv > predicted.csv
    """
    from sightkit.cli.predicting import AT_ONCE, pictures_of, predicted, shown_progress, write_all
    from sightkit.cli.process import collect_garbage, start_tensorflow, without_scikit_learn
    from sightkit.cli.signals import Interruption
    from sightkit.errors import ConfigError
    from sightkit.evaluation.views import check_views
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.images.found import find_images
    from sightkit.runs.prediction.predictor import RunPredictor
    from sightkit.runs.record.named import finished_run

    if output is not None and not explain:
        message = "--output: this is where the pictures of --explain go; add --explain, or take it out"
        raise ConfigError(message)
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
        pictures = pictures_of(found, output) if explain else None
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
