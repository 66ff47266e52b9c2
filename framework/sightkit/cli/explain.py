"""``sightkit explain``: where the network of a run looks, what its layers make of an image, what it looks for."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.options import JsonOption, RunsOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightkit.runs.explaining.pictures import Pictures, Written

AT_ONCE = 8
"""So many images are explained at a time: a picture of each takes longer than what the network makes of it."""


def explain(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="The folder of a finished run, or the name of an experiment, for its newest one."
        ),
    ],
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE|FOLDER|GLOB...",
            help="Images; folders, for the images anywhere below them; patterns such as 'photos/**/*.jpg'. Without "
            "any, the layers are listed.",
            show_default=False,
        ),
    ] = None,
    *,
    layers: Annotated[
        str,
        typer.Option(
            metavar="NAME,NAME...",
            help="Whose feature maps are drawn; by default those of a few layers spread over the depth.",
            show_default=False,
        ),
    ] = "",
    class_name: Annotated[
        str | None,
        typer.Option(
            "--class", metavar="NAME", help="Explain this class, not the most probable ones.", show_default=False
        ),
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="How many classes of each image are explained.")] = 3,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where the PNGs go; by default NAME-explained."),
    ] = None,
    runs_dir: RunsOption = Path("runs"),
    json: JsonOption = False,
) -> None:
    """Draw where the network of a run looks in images, what its layers make of them, and what it looks for.

    Of each image, NAME-heat.png shows where the network sees what speaks for a class (Grad-CAM), NAME-maps.png the
    feature maps of some layers. filters.png shows the learned filters of the first convolution.

    Example:  sightkit explain flowers photos/rose.jpg
    """
    from sightkit.cli.console import print_json
    from sightkit.cli.finding import finished_run
    from sightkit.cli.preparing import watched
    from sightkit.errors import DataError
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.images.found import find_images
    from sightkit.runs.explaining.explainer import Explainer
    from sightkit.runs.explaining.pictures import Pictures

    found = finished_run(run, runs_dir)
    words = images or []
    total = sum(1 for _ in find_images(words)) if words else 0
    explainer = Explainer(found, at_once=min(max(total, 1), AT_ONCE))
    label = None if class_name is None else explainer.label(class_name)
    written: list[Written] = []
    bad = 0
    with watched() as display:
        display.building(TrainingSettings(deterministic=explainer.deterministic))
        # It was off since the process began; what is there by now stays, and is never looked through.
        gc.freeze()
        gc.enable()
        pictures = Pictures(explainer, output or Path(f"{found.path.absolute().parent.name}-explained"), names(layers))
        for each in pictures.write(find_images(words) if words else [], top=top, label=label):
            if isinstance(each, DataError):
                display.warn(str(each))
                bad += 1
            else:
                written.append(each)
            display.explaining(len(written) + bad, total)
        filters = pictures.write_filters()
    if json:
        print_json(document(pictures, written, filters))
    elif total:
        tell_images(pictures, written)
        tell_filters(filters)
    else:
        tell_layers(pictures)
        tell_filters(filters)
    if bad:
        message = f"{bad:,} of {total:,} images could not be used; the warnings say why"
        raise DataError(message)


def names(words: str) -> list[str]:
    """Return the names in a list with commas."""
    return [name.strip() for name in words.split(",") if name.strip()]


def tell_images(pictures: Pictures, written: Sequence[Written]) -> None:
    """Print which pictures were written of each image, and what is in them."""
    from sightkit.cli.console import print_table, print_text

    rows = [
        [
            each.name,
            "  ".join(f"{name} {100 * chance:.1f} %" for name, chance in each.predictions),
            each.heat.name,
            each.maps.name,
        ]
        for each in written
    ]
    if rows:
        print_table(["image", "explained", "heat maps", "feature maps"], rows)
        print_text(f"\nlayers   {', '.join(pictures.layers)}\nfolder   {pictures.folder}")


def tell_layers(pictures: Pictures) -> None:
    """Print the layers whose feature maps can be drawn."""
    from sightkit.cli.console import print_table, print_text

    rows = [
        [
            layer.name,
            "{} x {}".format(*layer.shape),
            str(layer.shape[2]),
            "yes" if layer.name in pictures.layers else "",
        ]
        for layer in pictures.known
    ]
    print_table(["layer", "maps", "channels", "drawn by default"], rows)
    print_text("")


def tell_filters(filters: Path | str) -> None:
    """Print where the filters are, or why there is no picture of them."""
    from sightkit.cli.console import print_text

    print_text(f"filters  {filters if isinstance(filters, Path) else f'no picture: {filters}'}")


def document(pictures: Pictures, written: Sequence[Written], filters: Path | str) -> dict[str, Any]:
    """Return what a script is told."""
    return {
        "images": [
            {
                "image": each.name,
                "classes": [{"class": name, "probability": chance} for name, chance in each.predictions],
                "heat_maps": str(each.heat.absolute()),
                "feature_maps": str(each.maps.absolute()),
            }
            for each in written
        ],
        "layers": [
            {"layer": layer.name, "shape": list(layer.shape), "drawn": layer.name in pictures.layers}
            for layer in pictures.known
        ],
        "filters": str(filters.absolute()) if isinstance(filters, Path) else None,
    }
