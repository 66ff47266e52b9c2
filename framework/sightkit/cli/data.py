"""``sightkit data``: what is in the images of an experiment, and what is odd about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json, print_table, print_text
from sightkit.cli.options import CacheOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightkit.images import PreparedData

MOST_ROWS = 40
"""A table of more classes shows the largest and the smallest."""


@takes_experiment
def data(
    chosen: Chosen,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go; by default NAME-data."),
    ] = None,
    cache_dir: CacheOption = None,
    json: JsonOption = False,
) -> None:
    """Show what is in the images of an experiment: counts, sizes, findings, and some of each class as a picture.

    Writes data.json, which has everything, and samples.png into a folder.

    Example:  sightkit data flowers.toml
    """
    from sightkit.cli.preparing import prepared
    from sightkit.errors import DataError
    from sightkit.runs.data.report import write_data_report, write_refused_data

    loaded = chosen.open()
    settings = loaded.settings
    folder = output or Path(f"{settings.name}-data")
    try:
        images = prepared(loaded, cache_dir=cache_dir)
    except DataError as error:
        write_refused_data(error, folder)
        raise
    document = write_data_report(images, folder, name=settings.name, seed=settings.seed)
    if json:
        print_json({"folder": str(folder.absolute()), **document})
    else:
        show(images, document, folder)


def show(images: PreparedData, document: Mapping[str, Any], folder: Path) -> None:
    """Print the tables, and where the files are."""
    from sightkit.cli.preparing import print_findings

    counts = document["images_per_class"]
    print_table(["class", *counts, "all"], class_rows(document["classes"], counts))
    print_text("\n" + "\n".join(f"{name:11}{value}" for name, value in facts(document)) + "\n")
    print_findings(images)
    if not images.findings:
        print_text("nothing odd was found")
    print_text("\n" + "\n".join(f"{what:11}{folder / name}" for what, name in FILES))


FILES = (("picture", "samples.png"), ("everything", "data.json"))


def class_rows(classes: Sequence[str], counts: Mapping[str, Sequence[int]]) -> list[list[str]]:
    """Return the rows of the table of classes, those with most images first if not all are shown, and their sum."""
    each = [(name, *numbers) for name, *numbers in zip(classes, *counts.values(), strict=True)]
    rows = [[name, *map(number, numbers), number(sum(numbers))] for name, *numbers in each]
    if len(rows) > MOST_ROWS:
        half = MOST_ROWS // 2
        largest_first = sorted(range(len(rows)), key=lambda place: -sum(each[place][1:]))
        left_out = f"... {len(rows) - 2 * half:,} more classes"
        rows = [
            *(rows[place] for place in largest_first[:half]),
            [left_out, *[""] * (len(counts) + 1)],
            *(rows[place] for place in largest_first[-half:]),
        ]
    sums = [sum(numbers) for numbers in counts.values()]
    return [*rows, [f"all {len(classes):,}", *map(number, sums), number(sum(sums))]]


def facts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what there is to say of all images together, in lines."""
    height, width, channels = document["image_shape"]
    lines = [("prepared", f"{height} x {width} pixels, {'grey' if channels == 1 else 'RGB'}")]
    if sizes := document["sizes"]:
        lines.insert(0, ("found", found_sizes(sizes)))
    statistics = [
        (name, "  ".join(f"{value:.4f}" for value in document[f"channel_{name}"])) for name in ("mean", "std")
    ]
    return [*lines, *statistics]


def found_sizes(sizes: Mapping[str, Any]) -> str:
    """Return the sizes of the images before they were prepared, in words."""
    smallest, median, largest = (" x ".join(map(str, sizes[name])) for name in ("smallest", "median", "largest"))
    if sizes["distinct"] == 1:
        return f"{smallest} pixels, all images"
    return f"{smallest} to {largest} pixels, median {median}, {sizes['distinct']:,} different sizes"


def number(count: int) -> str:
    """Return a count as text."""
    return f"{count:,}"
