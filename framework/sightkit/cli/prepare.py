"""``sightkit prepare``: read, check and keep the images of an experiment, so that runs start at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json, print_text
from sightkit.cli.options import CacheOption, JsonOption
from sightkit.files import readable_size

if TYPE_CHECKING:
    from sightkit.images import PreparedData


@takes_experiment
def prepare(
    chosen: Chosen,
    *,
    cache_dir: CacheOption = None,
    json: JsonOption = False,
) -> None:
    """Prepare the images of an experiment: read, check and divide them, and keep them decoded for its runs.

    A command that was stopped goes on where it was. `sightkit data` shows what is in the images.

    Example:  sightkit prepare flowers.toml
    """
    from sightkit.cli.preparing import prepared, print_findings

    data = prepared(chosen.open(), cache_dir=cache_dir)
    if json:
        print_json(document(data))
        return
    print_text(summary(data) + ("\n" if data.findings else ""))
    print_findings(data)


def document(data: PreparedData) -> dict[str, object]:
    """Return what a script is told."""
    from sightkit.runs.data.report import describe_data

    return describe_data(data) | {"store": store_of(data), "findings": [each.document() for each in data.findings]}


def summary(data: PreparedData) -> str:
    """Return what a person is told."""
    height, width, channels = data.image_shape
    counts = ", ".join(f"{len(rows):,} {split}" for split, rows in data.splits.items())
    colour = "grey" if channels == 1 else "RGB"
    lines = [
        f"images   {counts}",
        f"classes  {data.num_classes}",
        f"form     {height} x {width} pixels, {colour}, {readable_size(data.images.nbytes)}",
    ]
    return "\n".join([*lines, f"store    {store_of(data) or 'none: images are decoded when they are needed'}"])


def store_of(data: PreparedData) -> str | None:
    """Return the folder that the images are kept in."""
    file = getattr(data.images, "filename", None)  # a memory map has one
    return str(Path(file).parent) if file else None
