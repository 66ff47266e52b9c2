"""``sightkit preview``: training images as the model sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json, print_text
from sightkit.cli.options import CacheOption, JsonOption


@takes_experiment
def preview(
    chosen: Chosen,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The PNG that is written; by default NAME-preview.png."),
    ] = None,
    cache_dir: CacheOption = None,
    json: JsonOption = False,
) -> None:
    """Draw what the model sees: some training images, as prepared and as each of the first epochs has them.

    Example:  sightkit preview flowers.toml
    """
    from sightkit.cli.preparing import watched
    from sightkit.runs.data.preview import draw_preview
    from sightkit.runs.data.samples import save_picture

    loaded = chosen.open()
    settings = loaded.settings
    path = output or Path(f"{settings.name}-preview.png")
    with watched() as display:
        data = loaded.prepare(cache_dir=cache_dir, display=display)
        if settings.augmentations:
            display.building(settings.training)
        picture = draw_preview(settings, data)
    save_picture(picture, path)
    if json:
        print_json({"picture": str(path.absolute()), "augmentations": [use.name for use in settings.augmentations]})
        return
    if not settings.augmentations:
        print_text("no augmentations: training sees the images as they are prepared")
    print_text(f"picture    {path}")
