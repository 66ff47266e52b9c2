"""``sightkit prepare``: read, check and keep the images of an experiment, so that runs start at once."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.cli.console import print_json, print_text
from sightkit.cli.options import (
    CacheOption,
    ExperimentArgument,
    JsonOption,
    RegistryOption,
    SetOption,
    StrictOption,
    TrustOption,
    UnsetOption,
)
from sightkit.cli.signals import heed_termination
from sightkit.files import readable_size

if TYPE_CHECKING:
    from sightkit.images import PreparedData


def prepare(
    experiment: ExperimentArgument,
    *,
    assignments: SetOption = [],
    unset: UnsetOption = [],
    cache_dir: CacheOption = None,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """Prepare the images of an experiment: read, check and divide them, and keep them decoded for its runs.

    A command that was stopped goes on where it was. `sightkit data` shows what is in the images.

    Example:  sightkit prepare flowers.toml
    """
    from sightkit.cli.opening import open_experiment
    from sightkit.cli.progress import TerminalDisplay

    heed_termination()
    loaded = open_experiment(
        experiment, assignments=assignments, unset=unset, files=registry, trust=trust_project, strict=strict
    )
    with redirect_stdout(sys.stderr), TerminalDisplay() as display:
        data = loaded.prepare(cache_dir=cache_dir, display=display)
    if json:
        print_json(document(data))
    else:
        print_text(summary(data))


def document(data: PreparedData) -> dict[str, object]:
    """Return what a script is told."""
    from sightkit.runs.data import describe_data

    return describe_data(data) | {"store": store_of(data)}


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
