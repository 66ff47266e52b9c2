"""``sightkit explain``: where the network of a run looks, what its layers make of an image, what it looks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sightkit.cli.options import IMAGES, IMAGES_HELP, JsonOption, PicturesOption, RunArgument, RunsOption, TopOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightkit.cli.explained import Explained
    from sightkit.runs.record.run import Run

AT_ONCE = 8
"""So many images are explained at a time: a picture of each takes longer than what the network makes of it."""

ImagesArgument: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar=IMAGES, help=f"{IMAGES_HELP} Without any, the layers are listed.", show_default=False),
]
LayersOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="NAME,NAME...",
        help="Whose feature maps are drawn; by default those of a few layers spread over the depth.",
        show_default=False,
    ),
]
HeatLayerOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The layer that the heat maps are made of; by default the last one that has a few positions.",
        show_default=False,
    ),
]
ClassOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--class", metavar="NAME", help="Explain this class, not the most probable ones.", show_default=False),
]


def explain(
    run: RunArgument,
    images: ImagesArgument = None,
    *,
    layers: LayersOption = "",
    heat_layer: HeatLayerOption = None,
    class_name: ClassOption = None,
    top: TopOption = 3,
    output: PicturesOption = None,
    runs_dir: RunsOption = Path("runs"),
    json: JsonOption = False,
) -> None:
    """Draw where the network of a run looks in images, what its layers make of them, and what it looks for.

    Of each image, NAME-heat.png shows where the network sees what speaks for a class (Grad-CAM), NAME-maps.png the
    feature maps of some layers. filters.png shows the learned filters of the first convolution.

    Example:  sightkit explain flowers photos/rose.jpg
    """
    from sightkit.cli.console import print_json
    from sightkit.cli.explained import document, tell
    from sightkit.errors import DataError
    from sightkit.runs.record.named import finished_run

    found = explained(
        finished_run(run, runs_dir),
        images or [],
        layers=[name.strip() for name in layers.split(",") if name.strip()],
        heat_layer=heat_layer,
        class_name=class_name,
        top=top,
        output=output,
    )
    if json:
        print_json(document(found))
    else:
        tell(found)
    if found.bad:
        message = f"{found.bad:,} of {found.total:,} images could not be used; the warnings say why"
        raise DataError(message)


def explained(
    run: Run,
    words: Sequence[str],
    *,
    layers: Sequence[str],
    heat_layer: str | None,
    class_name: str | None,
    top: int,
    output: Path | None,
) -> Explained:
    """Write all pictures, and return which there are."""
    from sightkit.cli.explained import Explained
    from sightkit.cli.preparing import watched
    from sightkit.cli.process import collect_garbage
    from sightkit.errors import DataError
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.images.found import find_images
    from sightkit.runs.explaining.explainer import Explainer
    from sightkit.runs.explaining.pictures import Pictures, Written, folder_for

    total = sum(1 for _ in find_images(words)) if words else 0
    explainer = Explainer(run, at_once=min(max(total, 1), AT_ONCE))
    label = None if class_name is None else explainer.label(class_name)
    written: list[Written] = []
    bad = 0
    with watched() as display:
        display.building(TrainingSettings(deterministic=explainer.deterministic))
        collect_garbage()
        pictures = Pictures(explainer, output or folder_for(run), layers, heat_layer=heat_layer)
        for each in pictures.write(find_images(words) if words else [], top=top, label=label):
            if isinstance(each, DataError):
                display.warn(str(each))
                bad += 1
            else:
                written.append(each)
            display.explaining(len(written) + bad, total)
        filters = pictures.write_filters()
    return Explained(pictures=pictures, written=written, filters=filters, bad=bad)
