"""What a person reads at the end of a run: its scores, what its reports have to say, and where everything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.cli.console import print_table, print_text, warn
from sightkit.paths import short
from sightkit.runs.record.folder import DATA

if TYPE_CHECKING:
    from sightkit.runs.record.run import Run

FEW_IMAGES_NOTE = "few images: too few, altogether or of the smallest class, for these intervals to be trusted"


def summarise(run: Run, texts: Sequence[str]) -> None:
    """Print the scores, the texts of the reports, and where everything is."""
    split = next((name for name in ("test", "validation", "train") if name in run.scores), None)
    if split == "train":
        warn("no images were set apart; these scores are of images that it was trained on")
    if split is not None:
        print_scores(split, run.scores[split])
    for caveat in caveats(run):
        print_text(f"\nthese scores are of data in which {caveat}")
    for text in texts:
        print_text(f"\n{text.rstrip()}")
    print_table_of_paths(run)


def print_scores(split: str, scores: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the scores of a split with their intervals, and whether these can be trusted."""
    from sightkit.evaluation.text import score_row

    rows = [score_row(*each) for each in scores.items()]
    print_table(["metric", split, "95 % interval"], rows)
    if any("few images" in row[-1] for row in rows):  # not of a score without an interval
        print_text(f"\n{FEW_IMAGES_NOTE}")


def caveats(run: Run) -> list[str]:
    """Return what a reader of the scores has to know of the images."""
    duplicates = ("duplicate-across-splits", "duplicate-under-two-labels")
    return [finding["summary"] for finding in run.findings if finding["kind"] in duplicates]


def print_table_of_paths(run: Run) -> None:
    """Print where the run and its pictures are."""
    rows = [["run", short(run.path)], *report_rows(run.reports)]
    if run.findings:
        rows.append(["findings", short(run.path / DATA)])
    print_text("\n" + "\n".join(f"{name:9}{path}" for name, path in rows))


def report_rows(files: Sequence[Path]) -> list[list[str]]:
    """Return what there is to look at of the files that reports wrote, each after what it is."""
    pictures = [file for file in files if file.suffix in {".png", ".svg", ".html"}]
    # Of a picture in two forms, one is enough to be told.
    shown = [file for file in pictures if file.suffix != ".svg" or file.with_suffix(".png") not in pictures]
    words = {".html": "report", ".png": "picture", ".svg": "picture"}
    return [[words.get(file.suffix, "file"), short(file)] for file in shown or files]
